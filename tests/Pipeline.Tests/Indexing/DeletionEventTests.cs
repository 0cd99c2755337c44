using Pipeline.Indexing;
using Pipeline.Storage;

namespace Pipeline.Tests.Indexing;

public class DeletionEventTests
{
    [Theory]
    [InlineData("fish.jpg")]
    [InlineData("a/b c/ü ✓.png")]
    [InlineData("x/blobs/y")]
    [InlineData("100%25.bmp")]
    public void The_subject_names_the_blob_in_both_schemas(string name)
    {
        string subject = System.Text.Json.JsonSerializer.Serialize($"/blobServices/default/containers/images/blobs/{name}");
        string eventGrid = $$"""
            {"topic":"/subscriptions/1","subject":{{subject}},"eventType":"Microsoft.Storage.BlobDeleted",
            "data":{"api":"DeleteBlob"},"dataVersion":""}
            """;
        string cloudEvent = $$"""
            {"specversion":"1.0","type":"Microsoft.Storage.BlobDeleted","source":"/subscriptions/1","subject":{{subject}},"data":{} }
            """;

        Assert.Equal(new ImageId("images", name), DeletionEvent.Read(eventGrid).Id);
        Assert.Equal(new ImageId("images", name), DeletionEvent.Read(cloudEvent).Id);
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("{", "cannot be read")]
    [InlineData("[]", "is a JSON Array, not an object")]
    [InlineData("null", "is a JSON Null, not an object")]
    [InlineData("""{"subject":"/blobServices/default/containers/images/blobs/a"}""", "has neither 'eventType' nor")]
    [InlineData("""{"eventType":7,"subject":"/blobServices/default/containers/images/blobs/a"}""", "has neither 'eventType' nor")]
    [InlineData(
        """{"type":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/images/blobs/a"}""",
        "has neither 'eventType' nor")]
    [InlineData(
        """{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/images/blobs/a"}""",
        "is of type 'Microsoft.Storage.BlobCreated'")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted"}""", "has no 'subject'")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted","subject":{}}""", "has no 'subject'")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"images/a"}""", "names no blob in its subject 'images/a'")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/images"}""", "names no blob")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/blobs/a"}""", "names no blob")]
    [InlineData(
        """{"eventType":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/images/x/blobs/a"}""",
        "names no blob")]
    [InlineData(
        """{"eventType":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/images/blobs/"}""",
        "names a blob of 0 characters")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"\ud800"}""", "cannot be read")]
    public void A_malformed_message_is_refused_with_what_is_wrong_and_what_is_expected(string message, string fault)
    {
        string refusal = Assert.Throws<InvalidDataException>(() => DeletionEvent.Read(message)).Message;

        Assert.Contains(fault, refusal, StringComparison.Ordinal);
        Assert.Contains("/blobServices/default/containers/CONTAINER/blobs/NAME", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_longer_than_storage_allows_and_a_subject_of_any_length_make_a_short_message()
    {
        string subject = $"/blobServices/default/containers/images/blobs/{new string('a', 1025)}";
        string tooLong = $$"""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"{{subject}}"}""";
        string noBlob = $$"""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"{{new string('a', 60_000)}}"}""";

        Assert.Contains(
            "1,025 characters",
            Assert.Throws<InvalidDataException>(() => DeletionEvent.Read(tooLong)).Message,
            StringComparison.Ordinal);
        Assert.InRange(Assert.Throws<InvalidDataException>(() => DeletionEvent.Read(noBlob)).Message.Length, 1, 600);
    }
}
