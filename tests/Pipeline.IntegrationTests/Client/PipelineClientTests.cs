using Pipeline.Client;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Client;

/// <summary>The client against the real app.</summary>
[Collection(nameof(RunningPipeline))]
public sealed class PipelineClientTests(RunningPipeline pipeline) : IDisposable
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    private readonly PipelineClient _client = new(pipeline.App.Client.BaseAddress!);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Similar_images_are_found_for_a_stream_and_for_a_name()
    {
        await pipeline.UploadAndWaitAsync(
            ("client/similar/1.bmp", TestImages.Bitmap(1)),
            ("client/similar/2.bmp", TestImages.Bitmap(2)),
            ("client/similar/a b+c?.bmp", TestImages.Bitmap(3)));
        var options = new SimilarOptions { Top = 1, Prefix = "client/similar/", IncludeSelf = true };
        using var image = new MemoryStream(TestImages.Bitmap(3));

        SimilarResponse sent = await _client.FindSimilarAsync(image, options, CancellationToken);
        SimilarResponse stored = await _client.FindSimilarAsync("client/similar/a b+c?.bmp", options, CancellationToken);
        List<SimilarImage> all = await _client.ListSimilarAsync(
            "client/similar/1.bmp", "vgg16", options, CancellationToken).ToListAsync(CancellationToken);

        Assert.Equal("client/similar/a b+c?.bmp", sent.Models["vgg16"].Results[0].Name);
        Assert.Equal("client/similar/a b+c?.bmp", stored.Models["resnet50"].Results[0].Name);
        Assert.Equal("client/similar/1.bmp", all[0].Name);
        Assert.Equal(3, all.Select(match => match.Name).Distinct().Count());
    }

    [Fact]
    public async Task Pairs_are_compared_and_drawn()
    {
        await pipeline.UploadAndWaitAsync(
            ("client/pair/1.bmp", TestImages.Bitmap(1)), ("client/pair/2.bmp", TestImages.Bitmap(2)));
        using var a = new MemoryStream(TestImages.Bitmap(1));
        using var b = new MemoryStream(TestImages.Bitmap(2));

        CompareResponse sent = await _client.CompareAsync(a, b, cancellationToken: CancellationToken);
        CompareResponse stored = await _client.CompareAsync(
            "client/pair/1.bmp", "client/pair/2.bmp", cancellationToken: CancellationToken);
        (a.Position, b.Position) = (0, 0);
        await using Stream drawn = await _client.DrawComparisonAsync(a, b, cancellationToken: CancellationToken);

        Assert.Equal(stored.Models["vgg16"].Cosine, sent.Models["vgg16"].Cosine, 1e-4f);
        await AssertIsPngAsync(drawn);
    }

    [Fact]
    public async Task Classes_and_feature_maps_come_from_a_stream_and_from_a_name()
    {
        await pipeline.UploadAsync("client/models/1.bmp", TestImages.Bitmap(1));
        using var image = new MemoryStream(TestImages.Bitmap(1));

        PredictionsResponse sent = await _client.PredictAsync(image, top: 2, cancellationToken: CancellationToken);
        PredictionsResponse stored = await _client.PredictAsync("client/models/1.bmp", 2, "resnet50", CancellationToken);
        await using Stream maps = await _client.DrawFeatureMapsAsync(
            "client/models/1.bmp", new FeatureMapOptions { Model = "resnet50", Block = 2 }, CancellationToken);

        Assert.Equal(
            sent.Models["resnet50"].Predictions.Select(prediction => prediction.Class),
            Assert.Single(stored.Models).Value.Predictions.Select(prediction => prediction.Class));
        await AssertIsPngAsync(maps);
    }

    [Fact]
    public async Task Duplicates_are_the_same_at_once_and_one_after_the_other()
    {
        await pipeline.UploadAndWaitAsync(
            ("client/copies/1.bmp", TestImages.Bitmap(1)), ("client/copies/2.bmp", TestImages.Bitmap(1)));
        var options = new DuplicatesOptions { Prefix = "client/copies/" };

        DuplicatesResponse response = await _client.FindDuplicatesAsync(options, CancellationToken);
        List<DuplicateGroup> groups = await _client.ListDuplicatesAsync(options, CancellationToken).ToListAsync(CancellationToken);

        string[] names = ["client/copies/1.bmp", "client/copies/2.bmp"];
        Assert.Equal(names, Assert.Single(response.Groups).Images.Select(image => image.Name));
        Assert.Equal(names, Assert.Single(groups).Images.Select(image => image.Name));
    }

    [Fact]
    public async Task Images_are_listed_over_pages()
    {
        string[] names = [.. Enumerable.Range(0, 103).Select(i => $"client/pages/{i:d3}.bmp")];
        foreach (string name in names)
        {
            await pipeline.UploadAsync(name, TestImages.Bitmap(6000));
        }

        List<ListedImage> images = await _client.ListImagesAsync(new ImageFilter { Prefix = "client/pages/" }, CancellationToken)
            .ToListAsync(CancellationToken);

        Assert.Equal(names, images.Select(image => image.Name));
    }

    [Fact]
    public async Task An_image_is_uploaded_read_tagged_and_deleted()
    {
        const string Name = "client/stored/a b/tags";
        using var image = new MemoryStream(TestImages.Bitmap(1));

        UploadResponse uploaded = await _client.UploadImageAsync(
            Name, image, new UploadOptions { Tags = ["Client  One"], IsReplacing = false }, CancellationToken);
        image.Position = 0;
        PipelineProblemException exists = await Assert.ThrowsAsync<PipelineProblemException>(
            () => _client.UploadImageAsync(Name, image, new UploadOptions { IsReplacing = false }, CancellationToken));
        await _client.SetTagsAsync(Name, ["client-two", "client-three"], CancellationToken);
        IReadOnlyList<string> left = await _client.RemoveTagsAsync(Name, ["client-two"], CancellationToken);
        ListedImage listed = await _client.GetImageAsync(Name, CancellationToken);
        StoredContent content = (await _client.GetContentAsync(Name, null, CancellationToken))!;
        byte[] read = new byte[image.Length + 1];
        int length;
        await using (content)
        {
            length = await content.Bytes.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, CancellationToken);
        }

        StoredContent? again = await _client.GetContentAsync(Name, content.ETag, CancellationToken);
        StoredContent? thumbnail = await _client.GetThumbnailAsync(Name, 512, null, CancellationToken);
        await thumbnail!.DisposeAsync();
        await _client.DeleteImageAsync(Name, CancellationToken);

        Assert.Equal((Name, image.Length), (uploaded.Name, uploaded.Bytes));
        Assert.Equal(["client one"], uploaded.Tags);
        Assert.Equal(ProblemTypes.ImageExists, exists.Type);
        Assert.Equal(["client-three"], left);
        Assert.Equal(["client-three"], listed.Tags);
        Assert.Equal(image.ToArray(), read[..length]);
        Assert.Null(again);
        Assert.StartsWith("image/", thumbnail.ContentType, StringComparison.Ordinal);
        Assert.Equal(
            ProblemTypes.UnknownImage,
            (await Assert.ThrowsAsync<PipelineProblemException>(() => _client.GetImageAsync(Name, CancellationToken))).Type);
    }

    [Fact]
    public async Task The_similarity_of_a_pair_is_explained_and_drawn()
    {
        await pipeline.UploadAsync("client/explain/1.bmp", TestImages.Bitmap(1));
        await pipeline.UploadAsync("client/explain/2.bmp", TestImages.Bitmap(2));

        ExplainResponse explained = await _client.ExplainAsync(
            "client/explain/1.bmp", "client/explain/2.bmp", "resnet50", CancellationToken);
        await using Stream drawn = await _client.DrawExplanationAsync(
            "client/explain/1.bmp", "client/explain/2.bmp", "resnet50", "a", CancellationToken);

        Assert.Equal(("resnet50", 7), (explained.Model, explained.A.Rows));
        await AssertIsPngAsync(drawn);
    }

    [Fact]
    public async Task A_link_is_added_listed_and_removed()
    {
        Link link = Assert.Single(await _client.AddLinksAsync(
            [new NewLink("http://client.invalid/client.png", ["client-link"])], CancellationToken));

        List<Link> listed = await _client.ListLinksAsync(null, ["client-link"], CancellationToken).ToListAsync(CancellationToken);
        Link read = await _client.GetLinkAsync(link.Id, CancellationToken);
        await _client.DeleteLinkAsync(link.Id, CancellationToken);

        Assert.Equal([link.Id], listed.Select(each => each.Id));
        Assert.Equal("http://client.invalid/client.png", read.Url);
        Assert.Equal(404, (await Assert.ThrowsAsync<PipelineProblemException>(
            () => _client.RefreshLinkAsync(link.Id, CancellationToken))).Status);
    }

    [Fact]
    public async Task Health_is_read()
    {
        HealthResponse health = await _client.GetHealthAsync(CancellationToken);

        Assert.Equal(HealthStatus.Ok, health.Status);
        Assert.Equal(["resnet50", "vgg16"], health.Models.Keys.Order());
    }

    [Fact]
    public async Task An_error_has_the_type_and_the_sentence_of_the_app()
    {
        PipelineProblemException unknown = await Assert.ThrowsAsync<PipelineProblemException>(
            () => _client.FindSimilarAsync("client/not-there.jpg", null, CancellationToken));
        using var text = new MemoryStream("no image"u8.ToArray());
        PipelineProblemException refused = await Assert.ThrowsAsync<PipelineProblemException>(
            () => _client.PredictAsync(text, cancellationToken: CancellationToken));

        Assert.Equal((ProblemTypes.UnknownImage, 404), (unknown.Type, unknown.Status));
        Assert.Contains("client/not-there.jpg", unknown.Detail, StringComparison.Ordinal);
        Assert.Equal((ProblemTypes.UnsupportedFormat, 415), (refused.Type, refused.Status));
    }

    [Fact]
    public async Task A_cancelled_call_ends()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.GetHealthAsync(source.Token));
    }

    private static async Task AssertIsPngAsync(Stream stream)
    {
        byte[] start = new byte[Png.Length];
        await stream.ReadExactlyAsync(start, CancellationToken);
        Assert.Equal(Png, start);
    }
}
