using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>Stored bytes, as callers get them. They are hostile, and so is the type that was claimed for them.</summary>
[Collection(nameof(RunningPipeline))]
public class ContentTests(RunningPipeline pipeline)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("baseline.jpg", "image/jpeg")]
    [InlineData("rgb.png", "image/png")]
    public async Task An_image_is_sent_as_it_is_stored_with_the_type_of_its_bytes(string file, string type)
    {
        byte[] stored = TestImages.Reference(file);
        await StoreAsync($"content/{file}", stored, "text/html");

        using HttpResponseMessage response = await GetAsync($"content/content/{file}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(stored, await response.Content.ReadAsByteArrayAsync(CancellationToken));
        Assert.Equal((type, "inline"), (response.Content.Headers.ContentType!.ToString(), Disposition(response)));
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("default-src 'none'; sandbox", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal((true, TimeSpan.FromMinutes(1)), (response.Headers.CacheControl!.Private, response.Headers.CacheControl.MaxAge));
    }

    [Theory]
    [InlineData("a.svg", "image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>")]
    [InlineData("a.jpg", "image/jpeg", "<!doctype html><script>alert(1)</script>")]
    [InlineData("a.pdf", "application/pdf", "%PDF-1.7")]
    [InlineData("a.tif", "image/tiff", "II*\0\b\0\0\0")]
    [InlineData("empty.jpg", "image/jpeg", "")]
    public async Task What_browsers_do_not_show_as_an_image_is_a_file_to_save(string file, string claimed, string content)
    {
        byte[] stored = Encoding.Latin1.GetBytes(content);
        await StoreAsync($"content/bad/{file}", stored, claimed);

        using HttpResponseMessage response = await GetAsync($"content/content/bad/{file}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(stored, await response.Content.ReadAsByteArrayAsync(CancellationToken));
        Assert.Equal(
            ("application/octet-stream", "attachment"), (response.Content.Headers.ContentType!.ToString(), Disposition(response)));
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_version_that_the_caller_has_is_not_sent_again_and_a_new_one_is()
    {
        await StoreAsync("content/known.png", TestImages.Reference("rgb.png"), "image/png");
        using HttpResponseMessage first = await GetAsync("content/content/known.png");
        EntityTagHeaderValue etag = first.Headers.ETag!;

        using HttpResponseMessage same = await GetAsync("content/content/known.png", etag);
        await StoreAsync("content/known.png", TestImages.Reference("palette.png"), "image/png");
        using HttpResponseMessage changed = await GetAsync("content/content/known.png", etag);

        Assert.Equal((HttpStatusCode.NotModified, etag), (same.StatusCode, same.Headers.ETag));
        Assert.Empty(await same.Content.ReadAsByteArrayAsync(CancellationToken));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(TestImages.Reference("palette.png"), await changed.Content.ReadAsByteArrayAsync(CancellationToken));
    }

    [Fact]
    public async Task A_blob_too_large_to_be_indexed_is_streamed_and_a_part_is_not_sent()
    {
        byte[] large = new byte[30_000_000];
        new Random(1).NextBytes(large);
        await StoreAsync("content/large.bin", large, "image/jpeg");
        using var request = new HttpRequestMessage(HttpMethod.Get, "content/content/large.bin");
        request.Headers.Range = new RangeHeaderValue(5, 10);

        using HttpResponseMessage response = await pipeline.App.Client.SendAsync(request, CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(large, await response.Content.ReadAsByteArrayAsync(CancellationToken));
    }

    [Theory]
    [InlineData("content/content/nobody.jpg", 404, "unknown-image", "No image here is named 'content/nobody.jpg'")]
    [InlineData("content/", 400, "invalid-parameter", "GET /api/content/NAME takes the name of a stored image")]
    [InlineData("content", 400, "invalid-parameter", "GET /api/content/NAME takes the name of a stored image")]
    [InlineData("content/..%2Findex-state/models.json", 404, "unknown-image", "No image here is named")]
    [InlineData("content/..%5Cindex-state%5Cmodels.json", 404, "unknown-image", "No image here is named")]
    public async Task A_name_that_no_image_has_is_answered_by_a_problem(string path, int status, string kind, string detail)
    {
        using HttpResponseMessage response = await GetAsync(path);

        await FunctionApp.AssertProblemAsync(response, (HttpStatusCode)status, kind, detail);
    }

    // Slashes at the ends and empty parts between them are names that storage takes.
    [Theory]
    [InlineData("content/names/a b+c&d=e?f#g.png")]
    [InlineData("content/names/花瓶-🏺.png")]
    [InlineData("content/names/100%25.png")]
    [InlineData("content/names//two.png")]
    [InlineData("content/names/end/")]
    [InlineData("/content/names/begin.png")]
    public async Task The_addresses_in_responses_lead_to_the_image_and_its_thumbnail_whatever_its_name(string name)
    {
        byte[] stored = TestImages.Reference("rgb.png");
        await StoreAsync(name, stored, "image/png");

        JsonNode page = await pipeline.App.GetAsync($"images?prefix={Uri.EscapeDataString(name)}");
        JsonNode image = page["images"]!.AsArray().Single(image => image!["name"]!.GetValue<string>() == name)!;
        using HttpResponseMessage content = await GetAsync(image["url"]!.GetValue<string>());
        using HttpResponseMessage thumbnail = await GetAsync(image["thumbnailUrl"]!.GetValue<string>());

        Assert.StartsWith("/api/content/", image["url"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("/api/thumbnails/", image["thumbnailUrl"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(stored, await content.Content.ReadAsByteArrayAsync(CancellationToken));
        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (thumbnail.StatusCode, thumbnail.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task Every_result_of_a_search_and_every_duplicate_has_its_addresses()
    {
        await pipeline.UploadAndWaitAsync(
            ("content/twin-a.bmp", TestImages.Bitmap(8801)), ("content/twin-b.bmp", TestImages.Bitmap(8801)));

        JsonNode similar = await pipeline.App.GetAsync("similar/content/twin-a.bmp?prefix=content/twin");
        JsonNode duplicates = await pipeline.App.GetAsync("duplicates?prefix=content/twin");

        JsonNode[] images =
        [
            similar["models"]!["vgg16"]!["results"]![0]!, similar["models"]!["resnet50"]!["results"]![0]!, similar["fused"]![0]!,
            duplicates["groups"]![0]!["images"]![1]!,
        ];
        Assert.All(images, image => Assert.Equal(
            ("content/twin-b.bmp", "/api/content/content/twin-b.bmp", "/api/thumbnails/content/twin-b.bmp"),
            (image["name"]!.GetValue<string>(), image["url"]!.GetValue<string>(), image["thumbnailUrl"]!.GetValue<string>())));
    }

    private static string Disposition(HttpResponseMessage response) => response.Content.Headers.ContentDisposition!.ToString();

    // With the slashes at both ends of its name.
    private BlobClient Blob(string name) => new BlobServiceClient(
        pipeline.Azurite.ConnectionString, new BlobClientOptions { TrimBlobNameSlashes = false })
        .GetBlobContainerClient("images").GetBlobClient(name);

    private Task StoreAsync(string name, byte[] content, string claimed) => Blob(name).UploadAsync(
        BinaryData.FromBytes(content),
        new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = claimed } },
        CancellationToken);

    private async Task<HttpResponseMessage> GetAsync(string path, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (known is not null)
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        return await pipeline.App.Client.SendAsync(request, CancellationToken);
    }
}
