using System.Text.Json;
using Azure.Storage.Blobs;

namespace Pipeline.IntegrationTests.LocalHost;

[Collection(nameof(SharedHost))]
public class EventNameTests(SharedHost shared)
{
    private readonly LocalHostProcess _host = shared.Host;

    private readonly BlobContainerClient _seen = new BlobServiceClient(
        shared.Azurite.ConnectionString, new BlobClientOptions { TrimBlobNameSlashes = false }).GetBlobContainerClient("seen");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a b.jpg")]
    [InlineData("ü.jpg")]
    [InlineData("日本/语😀.png")]
    [InlineData("a%2Fb.jpg")]
    [InlineData("50%.jpg")]
    [InlineData("%41.jpg")]
    [InlineData("h#1.jpg")]
    [InlineData("q?1.jpg")]
    [InlineData("p+1&=;@:.jpg")]
    [InlineData("d//e/f.jpg")]
    [InlineData("quote'\".jpg")]
    public async Task A_name_reaches_the_function_as_it_is_and_its_deletion_too(string name)
    {
        await UploadAsync(name);
        await _host.WaitForAsync($"Blob <{name}> of seen");

        await _seen.DeleteBlobAsync(name, cancellationToken: Cancel);
        await _host.WaitForAsync(SubjectOf(name));
    }

    /// <summary>
    /// The Blobs extension, in Azure too, removes slashes from both ends, and drops the event if there is no blob of that name.
    /// </summary>
    [Theory]
    [InlineData("/leading.jpg")]
    [InlineData("trailing.jpg/")]
    public async Task A_name_with_a_slash_at_an_end_runs_nothing_but_its_deletion_is_reported(string name)
    {
        await UploadAsync(name);
        await UploadAsync($"after {name.Trim('/')}");
        await _host.WaitForAsync($"Blob <after {name.Trim('/')}>");
        await _seen.DeleteBlobAsync(name, cancellationToken: Cancel);
        await _host.WaitForAsync(SubjectOf(name));

        Assert.Equal(0, _host.Count($"<{name}>"));
        Assert.Equal(0, _host.Count($"<{name.Trim('/')}>"));
    }

    /// <summary>As the event's JSON has it.</summary>
    private static string SubjectOf(string name) =>
        $"\"subject\":{JsonSerializer.Serialize($"/blobServices/default/containers/seen/blobs/{name}")}";

    private async Task UploadAsync(string name)
    {
        await _seen.CreateIfNotExistsAsync(cancellationToken: Cancel);
        await _seen.UploadBlobAsync(name, BinaryData.FromString("content"), Cancel);
    }
}
