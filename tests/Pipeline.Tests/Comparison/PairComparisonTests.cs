using Pipeline.Comparison;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Tests.Imaging;
using Pipeline.Tests.Models;

namespace Pipeline.Tests.Comparison;

public sealed class PairComparisonTests(SmallModels models) : IClassFixture<SmallModels>, IDisposable
{
    private static readonly byte[] First = ReferenceImage.Read("baseline.jpg");
    private static readonly byte[] Second = ReferenceImage.Read("checks.png");

    private readonly ImageDecoder _decoder = new(new ImageLimits());

    public void Dispose() => _decoder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(ComparedLayer.Study)]
    public async Task An_image_is_like_itself_and_less_like_another(string? layers)
    {
        ComparedPair same = await CompareAsync(First, First, layers);
        ComparedPair other = await CompareAsync(First, Second, layers);

        Assert.All(same.Cosines, cosine => Assert.Equal(1, cosine.Cosine, 1e-6));
        Assert.All(other.Cosines, cosine => Assert.InRange(cosine.Cosine, -1, 0.99999f));
        Assert.Equal(same.A, same.B);
        Assert.Equal((97, 61), (other.A.Width, other.A.Height));
        Assert.NotEqual(other.A.ContentHash, other.B.ContentHash);
    }

    [Fact]
    public async Task The_order_of_the_images_makes_no_difference() => Assert.Equal(
        (await CompareAsync(First, Second, null)).Cosines, (await CompareAsync(Second, First, null)).Cosines);

    [Fact]
    public async Task The_studys_choices_give_other_figures_than_search()
    {
        ComparedPair search = await CompareAsync(First, Second, null);
        ComparedPair study = await CompareAsync(First, Second, "vgg16:fc2,resnet50:avg_pool");

        Assert.All(search.Cosines.Zip(study.Cosines), pair =>
        {
            Assert.Equal(pair.First.Layer.Output, pair.Second.Layer.Output);
            Assert.NotEqual(pair.First.Cosine, pair.Second.Cosine);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_invalid_image_is_named(bool first)
    {
        byte[] text = "no image"u8.ToArray();

        InvalidImageException invalid = await Assert.ThrowsAsync<InvalidImageException>(
            () => new PairComparison(_decoder, models.Sessions).CompareAsync(
                new EncodedImage(first ? text : First, "a"),
                new EncodedImage(first ? First : text, "b"),
                ComparedLayer.OfSearch(models.Sessions.Models),
                TestContext.Current.CancellationToken));

        Assert.Equal((first ? "a" : "b", ImageFault.UnsupportedFormat), (invalid.Image, invalid.Rejection.Fault));
    }

    [Fact]
    public void Stored_embeddings_are_compared_as_they_are()
    {
        ComparedPair pair = PairComparison.FindStored(
            Records("a", ("vgg16", "1", [1, 0]), ("resnet50", "1", [0.6f, 0.8f])),
            Records("b", ("vgg16", "9", [0, 1]), ("resnet50", "9", [0.8f, 0.6f])),
            ComparedLayer.OfSearch(models.Sessions.Models))!;

        Assert.Equal([0, 0.96f], pair.Cosines.Select(cosine => cosine.Cosine), (expected, actual) => Math.Abs(expected - actual) < 1e-6);
        Assert.Equal(("hash of a", "hash of b"), (pair.A.ContentHash, pair.B.ContentHash));
        Assert.Equal(TimeSpan.Zero, pair.Embedding);
    }

    [Fact]
    public void Stored_embeddings_do_not_count_where_one_is_missing_or_of_another_version()
    {
        IReadOnlyList<ComparedLayer> layers = ComparedLayer.OfSearch(models.Sessions.Models);
        IReadOnlyDictionary<string, EmbeddingRecord> whole = Records("a", ("vgg16", "1", [1, 0]), ("resnet50", "1", [1, 0]));

        Assert.Null(PairComparison.FindStored(whole, Records("b", ("vgg16", "1", [1, 0])), layers));
        Assert.Null(PairComparison.FindStored(Records("b", ("vgg16", "1", [1, 0]), ("resnet50", "2", [1, 0])), whole, layers));
    }

    [Fact]
    public async Task The_sheet_shows_both_images_and_a_line_for_each_and_for_each_model()
    {
        ComparedPair pair = await CompareAsync(First, Second, null);

        RgbImage sheet = await DrawAsync(First, pair);
        RgbImage oneModel = await DrawAsync(First, pair with { Cosines = [pair.Cosines[0]] });

        Assert.InRange(sheet.Height - oneModel.Height, 1, 40);
        await Assert.ThrowsAsync<InvalidImageException>(() => DrawAsync("no image"u8.ToArray(), pair));
    }

    private Task<RgbImage> DrawAsync(byte[] first, ComparedPair pair) => PairSheet.DrawAsync(
        _decoder, new EncodedImage(first, "baseline.jpg"), new EncodedImage(
            Second, "checks.png"), pair, TestContext.Current.CancellationToken);

    private static IReadOnlyDictionary<string, EmbeddingRecord> Records(
        string name, params (string Model, string ETag, float[] Vector)[] stored) =>
        stored.ToDictionary(record => record.Model, record => new EmbeddingRecord(
            new ImageId("images", name), record.ETag, $"hash of {name}", 10, 20, DateTimeOffset.UnixEpoch,
            new Embedding(record.Vector, 1)));

    private async Task<ComparedPair> CompareAsync(byte[] a, byte[] b, string? layers)
    {
        IReadOnlyList<ComparedLayer> compared = layers is null
            ? ComparedLayer.OfSearch(models.Sessions.Models)
            : ComparedLayer.Parse(layers, models.Sessions);
        return await new PairComparison(_decoder, models.Sessions).CompareAsync(a, b, compared, TestContext.Current.CancellationToken);
    }
}
