using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>What people and their tools do to blobs beside uploading an image once.</summary>
[Collection(nameof(RunningPipeline))]
public class BlobKindTests(RunningPipeline pipeline)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_archived_image_is_failed_with_the_reason_and_a_problem_at_every_call_that_names_it()
    {
        const string Name = "kinds/archived.bmp";
        await UploadArchivedAsync(Name);
        await WaitForStateAsync(Name, "failed");

        Assert.All(
            (await pipeline.App.StatesAsync(Name)).Values,
            state => Assert.StartsWith("The blob is in the archive tier", state.Reason, StringComparison.Ordinal));
        string escaped = Uri.EscapeDataString(Name);
        foreach (string path in (string[])[
            $"predictions/{Name}",
            $"feature-maps/{Name}",
            $"compare?a={escaped}&b={escaped}",
            $"compare?a={escaped}&b={escaped}&format=png",
            $"explain?a={escaped}&b={escaped}",
            $"content/{Name}",
            $"thumbnails/{Name}"])
        {
            using HttpResponseMessage response = await pipeline.App.Client.GetAsync(path, CancellationToken);
            await FunctionApp.AssertProblemAsync(
                response, HttpStatusCode.Conflict, "unreadable-image", $"'{Name}': The blob is in the archive tier.".TrimEnd('.'));
        }

        using HttpResponseMessage similar = await pipeline.App.Client.GetAsync($"similar/{Name}", CancellationToken);
        await FunctionApp.AssertProblemAsync(
            similar, HttpStatusCode.NotFound, "not-indexed", $"'{Name}' has no embedding by vgg16 or resnet50. GET /api/images shows");
    }

    [Fact]
    public async Task An_image_that_is_archived_once_it_is_indexed_is_still_found()
    {
        const string Name = "kinds/archived-later.bmp";
        await pipeline.UploadAndWaitAsync((Name, TestImages.Bitmap(7301)));

        await pipeline.Azurite.Images.GetBlobClient(Name).SetAccessTierAsync(AccessTier.Archive, cancellationToken: CancellationToken);

        JsonNode similar = await pipeline.App.GetAsync($"similar/{Name}?top=1&includeSelf=true");
        Assert.Equal(Name, similar["fused"]![0]!["name"]!.GetValue<string>());
        Assert.All((await pipeline.App.StatesAsync(Name)).Values, state => Assert.Equal("indexed", state.State));
    }

    [Fact]
    public async Task An_archived_image_put_over_an_indexed_one_is_not_found_any_more()
    {
        const string Name = "kinds/overwritten-by-archive.bmp";
        await pipeline.UploadAndWaitAsync((Name, TestImages.Bitmap(7302)));

        await UploadArchivedAsync(Name);
        await WaitForStateAsync(Name, "failed");
        await Task.Delay(Pipeline.Search.SimilarityIndex.MaxAge, CancellationToken);

        using HttpResponseMessage similar = await pipeline.App.Client.GetAsync($"similar/{Name}", CancellationToken);
        await FunctionApp.AssertProblemAsync(similar, HttpStatusCode.NotFound, "not-indexed", Name);
        JsonNode found = await pipeline.App.FindSimilarAsync(TestImages.Bitmap(7302), "?top=100");
        Assert.DoesNotContain(Name, found["fused"]!.AsArray().Select(image => image!["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_blob_that_is_created_empty_and_filled_later_is_indexed()
    {
        const string Name = "kinds/empty-first.bmp";
        await pipeline.UploadAsync(Name, []);
        await WaitForStateAsync(Name, "failed");
        Assert.All(
            (await pipeline.App.StatesAsync(Name)).Values,
            state => Assert.StartsWith("There are no bytes.", state.Reason, StringComparison.Ordinal));

        await pipeline.UploadAsync(Name, TestImages.Bitmap(7303));

        await WaitForStateAsync(Name, "indexed");
    }

    [Fact]
    public async Task An_append_blob_that_is_whole_is_indexed_and_one_that_grew_unseen_says_why_it_may_stay_pending()
    {
        const string Whole = "kinds/append.bmp";
        AppendBlobClient blob = pipeline.Azurite.Images.GetAppendBlobClient(Whole);
        await blob.CreateAsync(cancellationToken: CancellationToken);
        using var content = new MemoryStream(TestImages.Bitmap(7304));
        await blob.AppendBlockAsync(content, cancellationToken: CancellationToken);

        string? reason = (await pipeline.App.StatesAsync(Whole)).Values.First().Reason;
        await WaitForStateAsync(Whole, "indexed");

        // It may be indexed as early as by the first look.
        Assert.True(reason is null || reason.StartsWith("This is an append blob", StringComparison.Ordinal)
            || reason.StartsWith("There are no bytes", StringComparison.Ordinal), reason);
    }

    [Fact]
    public async Task A_page_blob_whose_last_page_is_filled_with_zeros_is_indexed()
    {
        const string Name = "kinds/page.bmp";
        byte[] image = TestImages.Bitmap(7305);
        byte[] pages = new byte[(image.Length + 511) / 512 * 512];
        image.CopyTo(pages, 0);
        PageBlobClient blob = pipeline.Azurite.Images.GetPageBlobClient(Name);
        await blob.CreateAsync(pages.Length, cancellationToken: CancellationToken);
        using var content = new MemoryStream(pages);
        await blob.UploadPagesAsync(content, 0, cancellationToken: CancellationToken);

        await WaitForStateAsync(Name, "indexed");
    }

    private Task UploadArchivedAsync(string name) => pipeline.Azurite.Images.GetBlobClient(name).UploadAsync(
        BinaryData.FromBytes(TestImages.Bitmap(name.Length)), new BlobUploadOptions { AccessTier = AccessTier.Archive }, CancellationToken);

    private Task WaitForStateAsync(string name, string state) => pipeline.App.Process.WaitUntilAsync(
        async () => await pipeline.App.StatesAsync(name) is { Count: 2 } states && states.Values.All(model => model.State == state),
        $"{name} to be {state}");
}
