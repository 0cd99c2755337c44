using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Storage;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class ThumbnailTests(RunningPipeline pipeline)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    private BlobContainerClient Kept => new(pipeline.Azurite.ConnectionString, "thumbnails");

    [Theory]
    [InlineData("", 256, 192)]
    [InlineData("?size=256", 256, 192)]
    [InlineData("?size=512", 512, 384)]
    public async Task A_thumbnail_is_a_JPEG_of_the_size_asked_for(string query, int width, int height)
    {
        await pipeline.UploadAsync("thumb/size.bmp", TestImages.LargeBitmap(800, 600, 1));

        using HttpResponseMessage response = await GetAsync($"thumbnails/thumb/size.bmp{query}");

        RgbImage thumbnail = await ReadAsync(response);
        Assert.Equal((width, height), (thumbnail.Width, thumbnail.Height));
        Assert.Equal((true, TimeSpan.FromMinutes(1)), (response.Headers.CacheControl!.Private, response.Headers.CacheControl.MaxAge));
    }

    [Fact]
    public async Task An_image_is_turned_upright()
    {
        // The file's rows are columns of the upright image: EXIF orientation 6.
        await pipeline.UploadAsync("thumb/upright.jpg", TestImages.Reference("orientation-6.jpg"));

        RgbImage thumbnail = await ReadAsync(await GetAsync("thumbnails/thumb/upright.jpg"));

        using var decoder = new ImageDecoder(new ImageLimits());
        Assert.True(decoder.TryDecode(TestImages.Reference("orientation-6.jpg"), out DecodedImage? upright, out _));
        Assert.Equal((upright.Width, upright.Height), (thumbnail.Width, thumbnail.Height));
        Assert.NotEqual(thumbnail.Width, thumbnail.Height);
    }

    [Fact]
    public async Task A_version_that_the_caller_has_is_not_sent_again_and_a_replaced_image_has_another_thumbnail()
    {
        await pipeline.UploadAsync("thumb/known.bmp", TestImages.Bitmap(1));
        using HttpResponseMessage first = await GetAsync("thumbnails/thumb/known.bmp");
        EntityTagHeaderValue etag = first.Headers.ETag!;

        using HttpResponseMessage same = await GetAsync("thumbnails/thumb/known.bmp", etag);
        await pipeline.UploadAsync("thumb/known.bmp", TestImages.Bitmap(2));
        using HttpResponseMessage changed = await GetAsync("thumbnails/thumb/known.bmp", etag);

        Assert.Equal((HttpStatusCode.NotModified, etag), (same.StatusCode, same.Headers.ETag));
        Assert.Empty(await same.Content.ReadAsByteArrayAsync(CancellationToken));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(
            await first.Content.ReadAsByteArrayAsync(CancellationToken), await changed.Content.ReadAsByteArrayAsync(CancellationToken));
        Assert.Single(await KeptAsync("thumb/known.bmp"));
    }

    [Fact]
    public async Task A_thumbnail_goes_with_its_image()
    {
        await pipeline.UploadAsync("thumb/gone.bmp", TestImages.Bitmap(3));
        (await GetAsync("thumbnails/thumb/gone.bmp")).Dispose();
        (await GetAsync("thumbnails/thumb/gone.bmp?size=512")).Dispose();
        int before = (await KeptAsync("thumb/gone.bmp")).Count;
        await pipeline.Azurite.Images.DeleteBlobAsync("thumb/gone.bmp", cancellationToken: CancellationToken);

        await new QueueClient(
            pipeline.Azurite.ConnectionString,
            "image-deletions",
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }).SendMessageAsync(
                JsonSerializer.Serialize(new
                {
                    eventType = "Microsoft.Storage.BlobDeleted",
                    subject = "/blobServices/default/containers/images/blobs/thumb/gone.bmp",
                }),
                CancellationToken);

        Assert.Equal(2, before);
        await pipeline.App.Process.WaitUntilAsync(
            async () => (await KeptAsync("thumb/gone.bmp")).Count == 0, "the thumbnails to go");
        using HttpResponseMessage after = await GetAsync("thumbnails/thumb/gone.bmp");
        await FunctionApp.AssertProblemAsync(after, HttpStatusCode.NotFound, "unknown-image", "'thumb/gone.bmp'");
    }

    [Fact]
    public async Task What_is_no_image_is_refused_with_the_reason_and_its_name()
    {
        await pipeline.UploadAsync("thumb/text.jpg", Encoding.UTF8.GetBytes("I am an image, believe me."));
        await pipeline.UploadAsync("thumb/half.jpg", TestImages.Reference("baseline.jpg")[..1500]);
        await pipeline.UploadAsync("thumb/large.jpg", [0xFF, 0xD8, 0xFF, .. new byte[21 * 1024 * 1024]]);

        using HttpResponseMessage text = await GetAsync("thumbnails/thumb/text.jpg");
        using HttpResponseMessage half = await GetAsync("thumbnails/thumb/half.jpg");
        using HttpResponseMessage large = await GetAsync("thumbnails/thumb/large.jpg");

        await FunctionApp.AssertProblemAsync(
            text, HttpStatusCode.UnsupportedMediaType, "unsupported-format", "'thumb/text.jpg': This is text; ");
        await FunctionApp.AssertProblemAsync(half, HttpStatusCode.UnprocessableEntity, "damaged-image", "'thumb/half.jpg': ");
        await FunctionApp.AssertProblemAsync(large, HttpStatusCode.RequestEntityTooLarge, "image-too-large", "'thumb/large.jpg': ");
    }

    [Theory]
    [InlineData("thumbnails/thumb/x.jpg?size=257", 400, "invalid-parameter", "size=257 is not allowed: size is 256 or 512")]
    [InlineData("thumbnails/thumb/x.jpg?size=", 400, "invalid-parameter", "size is 256 or 512")]
    [InlineData("thumbnails/thumb/x.jpg?size=256&size=512", 400, "invalid-parameter", "size is 256 or 512")]
    [InlineData("thumbnails/thumb/nobody.jpg", 404, "unknown-image", "'thumb/nobody.jpg'")]
    [InlineData("thumbnails/", 400, "invalid-parameter", "GET /api/thumbnails/NAME takes the name of a stored image")]
    public async Task A_bad_request_is_answered_by_what_is_allowed(string path, int status, string kind, string detail)
    {
        using HttpResponseMessage response = await GetAsync(path);

        await FunctionApp.AssertProblemAsync(response, (HttpStatusCode)status, kind, detail);
    }

    [Fact]
    public async Task A_page_of_a_hundred_images_gets_all_its_thumbnails_at_once()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"thumb/page/{i:000}.bmp")];
        foreach (string name in names)
        {
            await pipeline.UploadAsync(name, TestImages.LargeBitmap(640, 480, name.GetHashCode(StringComparison.Ordinal)));
        }

        long start = Stopwatch.GetTimestamp();
        HttpResponseMessage[] made = await Task.WhenAll(names.Select(name => GetAsync($"thumbnails/{name}")));
        TimeSpan making = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        HttpResponseMessage[] kept = await Task.WhenAll(names.Select(name => GetAsync($"thumbnails/{name}")));
        TestContext.Current.SendDiagnosticMessage($"100 thumbnails: made in {making}, read in {Stopwatch.GetElapsedTime(start)}");

        Assert.All(made.Concat(kept), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(made.Select(response => response.Headers.ETag), kept.Select(response => response.Headers.ETag));
        foreach (HttpResponseMessage response in made.Concat(kept))
        {
            response.Dispose();
        }
    }

    private static async Task<RgbImage> ReadAsync(HttpResponseMessage response)
    {
        byte[] jpeg = await response.Content.ReadAsByteArrayAsync(CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {Encoding.UTF8.GetString(jpeg)}");
        Assert.Equal("image/jpeg", response.Content.Headers.ContentType!.MediaType);
        using var decoder = new ImageDecoder(new ImageLimits());
        Assert.True(decoder.TryDecode(jpeg, out DecodedImage? image, out ImageRejection? rejection), rejection?.Detail);
        return image.Pixels;
    }

    private async Task<IReadOnlyList<string>> KeptAsync(string name)
    {
        var kept = new List<string>();
        await foreach (BlobItem blob in Kept.GetBlobsAsync(
            new GetBlobsOptions { Prefix = new ImageId("images", name).Key }, CancellationToken))
        {
            kept.Add(blob.Name);
        }

        return kept;
    }

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
