using Azure.Storage.Blobs;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public class ImagesContainerTests
{
    private static readonly Uri Address = new("https://account.blob.core.windows.net/images");

    private static readonly ImagesContainer Images = new(
        new BlobContainerClient(Address, new BlobClientOptions { TrimBlobNameSlashes = false }));

    [Theory]
    [InlineData("x.jpg", "x.jpg")]
    [InlineData("/x.jpg", "/x.jpg")]
    [InlineData("//y.jpg", "//y.jpg")]
    [InlineData("x/", "x/")]
    [InlineData("x.jpg/", "x.jpg/")]
    [InlineData("/", "/")]
    [InlineData("a//b.jpg", "a//b.jpg")]
    [InlineData("...", "...")]
    [InlineData("a..b/c.", "a..b/c.")]
    [InlineData("%2e%2e/x", "%252e%252e/x")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("x?y#z&k=v", "x%3Fy%23z%26k%3Dv")]
    [InlineData(" x ", "%20x%20")]
    [InlineData("ü/é.jpg", "%C3%BC/%C3%A9.jpg")]
    public void A_name_leads_to_the_blob_of_that_name(string name, string path)
    {
        Assert.True(Images.TryGetBlob(name, out BlobClient? blob));

        Assert.Equal($"{Address}/{path}", blob.Uri.AbsoluteUri);
        Assert.Equal(("images", name), (blob.BlobContainerName, blob.Name));
        Assert.Equal(blob.Uri, Images.GetBlob(name).Uri);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("../x")]
    [InlineData("../images/x")]
    [InlineData("./x")]
    [InlineData("a/../b.jpg")]
    [InlineData("a/./b.jpg")]
    [InlineData("a/..")]
    [InlineData("/../x")]
    [InlineData("..\\x")]
    [InlineData("a\\b.jpg")]
    public void A_name_that_an_address_cannot_hold_is_refused(string name)
    {
        Assert.False(Images.TryGetBlob(name, out BlobClient? blob));

        Assert.Null(blob);
        Assert.Contains($"'{name}'", Assert.Throws<InvalidDataException>(() => Images.GetBlob(name)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/x.jpg")]
    [InlineData("x/")]
    public void A_client_that_trims_names_is_not_taken_at_its_word(string name) =>
        Assert.False(new ImagesContainer(new BlobContainerClient(Address)).TryGetBlob(name, out _));
}
