using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Functions.Http;
using Pipeline.Storage;
using Pipeline.Storage.Access;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Functions;

public class ImageLinksTests
{
    // An empty part of a path would be lost on the way; an escaped slash is read back as one.
    [Theory]
    [InlineData("a.jpg", "a.jpg")]
    [InlineData("folder/a b.jpg", "folder/a%20b.jpg")]
    [InlineData("100%.jpg", "100%25.jpg")]
    [InlineData("a%2Fb.jpg", "a%252Fb.jpg")]
    [InlineData("q?x=1&y#z.jpg", "q%3Fx%3D1%26y%23z.jpg")]
    [InlineData("花瓶/é.jpg", "%E8%8A%B1%E7%93%B6/%C3%A9.jpg")]
    [InlineData("/a.jpg", "%2Fa.jpg")]
    [InlineData("x//a.jpg", "x%2F%2Fa.jpg")]
    [InlineData("x/a/", "x%2Fa%2F")]
    [InlineData("\"><script>.jpg", "%22%3E%3Cscript%3E.jpg")]
    public async Task The_apps_own_addresses_begin_at_the_root_and_have_the_name_escaped(string name, string path)
    {
        var links = new ImageLinks(new SignedAddresses(
            null, new ImagesContainer(new InMemoryImages()), TimeProvider.System, NullLogger<SignedAddresses>.Instance));

        ImageUrls urls = await links.FindAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            ($"/api/content/{path}", $"/api/thumbnails/{path}"), (urls.ContentOf(name), ImageUrls.ThumbnailOf(name)));
    }
}
