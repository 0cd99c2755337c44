using Pipeline.Comparison;
using Pipeline.Comparison.Explanation;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Tests.Imaging;
using Pipeline.Tests.Models;

namespace Pipeline.Tests.Comparison.Explanation;

public sealed class PairExplanationTests(SmallModels models) : IClassFixture<SmallModels>, IDisposable
{
    private static readonly EncodedImage First = new(ReferenceImage.Read("baseline.jpg"), "first.jpg");
    private static readonly EncodedImage Second = new(ReferenceImage.Read("checks.png"), "second.png");

    private readonly ImageDecoder _decoder = new(new ImageLimits());

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public async Task The_cosine_of_a_network_that_ends_with_an_average_is_that_of_search()
    {
        ExplainedPair pair = await ExplainAsync("resnet50", First, Second);
        ComparedPair compared = await new PairComparison(_decoder, models.Sessions).CompareAsync(
            First, Second, ComparedLayer.OfSearch([Model("resnet50")]), CancellationToken);

        Assert.Equal(("conv5_block3_out", ExplainMethod.Embedding), (pair.Layer, pair.Method));
        Assert.Equal(compared.Cosines[0].Cosine, pair.Cosine, 1e-5f);
        Assert.Equal((compared.A, compared.B), (pair.A.Image, pair.B.Image));
        Assert.All([pair.A.Map, pair.B.Map], map => Assert.Equal((7, 7), (map.Rows, map.Columns)));
    }

    [Fact]
    public async Task VGG16_is_explained_by_its_last_block_whose_average_is_not_its_embedding()
    {
        ExplainedPair pair = await ExplainAsync("vgg16", First, Second);

        Assert.Equal(("block5_conv3", ExplainMethod.Block), (pair.Layer, pair.Method));
        Assert.All([pair.A.Map, pair.B.Map], map => Assert.Equal((14, 14), (map.Rows, map.Columns)));
    }

    [Theory]
    [InlineData("vgg16")]
    [InlineData("resnet50")]
    public async Task The_order_of_the_images_exchanges_the_maps_and_an_image_has_the_cosine_1_with_itself(string key)
    {
        ExplainedPair pair = await ExplainAsync(key, First, Second);
        ExplainedPair exchanged = await ExplainAsync(key, Second, First);
        ExplainedPair same = await ExplainAsync(key, First, First);

        Assert.Equal(pair.Cosine, exchanged.Cosine);
        Assert.Equal(pair.A.Map.Values.ToArray(), exchanged.B.Map.Values.ToArray());
        Assert.Equal(pair.B.Map.Values.ToArray(), exchanged.A.Map.Values.ToArray());
        Assert.Equal((pair.Min, pair.Max), (exchanged.Min, exchanged.Max));
        Assert.Equal(1, same.Cosine, 1e-6f);
        Assert.Equal(same.A.Map.Values.ToArray(), same.B.Map.Values.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_invalid_image_is_named(bool first)
    {
        EncodedImage text = new("no image"u8.ToArray(), "text.jpg");

        InvalidImageException invalid = await Assert.ThrowsAsync<InvalidImageException>(
            () => ExplainAsync("resnet50", first ? text : First, first ? Second : text));

        Assert.Equal(("text.jpg", ImageFault.UnsupportedFormat), (invalid.Image, invalid.Rejection.Fault));
    }

    [Fact]
    public void A_model_without_blocks_or_that_sees_a_part_of_the_image_explains_nothing()
    {
        InstalledModel model = Model("resnet50");

        Assert.True(PairExplanation.CanExplain(model));
        Assert.False(PairExplanation.CanExplain(model with { Definition = model.Definition with { Blocks = [] } }));
        Assert.False(PairExplanation.CanExplain(model with { Definition = model.Definition with { Fit = Fit.Crop } }));
    }

    [Fact]
    public async Task The_sheet_has_both_images_with_text_and_scale_and_a_side_has_the_images_own_size()
    {
        ExplainedPair pair = await ExplainAsync("resnet50", First, Second);

        RgbImage sheet = await ExplanationSheet.DrawAsync(_decoder, First, Second, pair, CancellationToken);
        RgbImage small = await ExplanationSheet.DrawSideAsync(_decoder, First, pair.A, pair, CancellationToken);
        EncodedImage sample = new(await File.ReadAllBytesAsync(Repository.Path("samples", "vase-1.jpg"), CancellationToken), "vase-1.jpg");
        RgbImage side = await ExplanationSheet.DrawSideAsync(_decoder, sample, pair.A, pair, CancellationToken);

        Assert.InRange(sheet.Height, 480, 560);
        Assert.Equal((480, 360), (side.Width, side.Height));

        // 97 x 61 pixels are enlarged, in their aspect ratio.
        Assert.Equal((224, 141), (small.Width, small.Height));
    }

    private InstalledModel Model(string key) => models.Sessions.Models.Single(model => model.Key == key);

    private Task<ExplainedPair> ExplainAsync(string key, EncodedImage a, EncodedImage b) =>
        new PairExplanation(_decoder, models.Sessions).ExplainAsync(a, b, Model(key), CancellationToken);
}
