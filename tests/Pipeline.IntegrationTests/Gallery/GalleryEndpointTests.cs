using System.Net;
using System.Net.Http.Headers;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Gallery;

/// <summary>The gallery's files as the host serves them.</summary>
[Collection(nameof(RunningGallery))]
public class GalleryEndpointTests(RunningGallery pipeline)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gallery", "text/html")]
    [InlineData("gallery/", "text/html")]
    [InlineData("gallery/index.html", "text/html")]
    [InlineData("gallery/app.js", "text/javascript")]
    [InlineData("gallery/views/search.js", "text/javascript")]
    [InlineData("gallery/style/base.css", "text/css")]
    [InlineData("gallery/icon.svg", "image/svg+xml")]
    public async Task A_file_has_its_type_a_version_and_a_strict_policy(string path, string type)
    {
        using HttpResponseMessage response = await pipeline.App.Client.GetAsync(path, CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.NotNull(response.Headers.ETag);
    }

    [Fact]
    public async Task A_version_that_the_browser_has_is_not_sent_again()
    {
        using HttpResponseMessage first = await pipeline.App.Client.GetAsync("gallery/app.js", CancellationToken);
        using var again = new HttpRequestMessage(HttpMethod.Get, "gallery/app.js");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await pipeline.App.Client.SendAsync(again, CancellationToken);
        using var other = new HttpRequestMessage(HttpMethod.Get, "gallery/app.js");
        other.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"0123456789abcdef\""));
        using HttpResponseMessage third = await pipeline.App.Client.SendAsync(other, CancellationToken);

        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.OK), (second.StatusCode, third.StatusCode));
        Assert.Empty(await second.Content.ReadAsByteArrayAsync(CancellationToken));
    }

    [Theory]
    [InlineData("gallery/nothing.js")]
    [InlineData("gallery/..%2fhost.json")]
    [InlineData("gallery/%2e%2e%2f%2e%2e%2fhost.json")]
    [InlineData("gallery/views%5csearch.js")]
    [InlineData("gallery/StaticFiles.cs")]
    [InlineData("gallery/views/")]
    public Task What_is_no_file_of_the_gallery_is_an_unknown_address(string path) =>
        pipeline.App.AssertUnknownAddressAsync(path);

    [Fact]
    public async Task Nobody_can_write_to_it()
    {
        using HttpResponseMessage response = await pipeline.App.PostAsync("gallery/app.js", [1], "text/javascript");

        await FunctionApp.AssertProblemAsync(response, HttpStatusCode.MethodNotAllowed, "method-not-allowed", "GET");
    }
}
