using Pipeline.ModelBuilding.Int8;
using Pipeline.Models;

namespace Pipeline.Tests.ModelBuilding.Int8;

public class EmbeddingComparisonTests
{
    [Fact]
    public void The_same_embeddings_have_no_error_and_overlap_wholly()
    {
        Embedding[] embeddings = [.. Enumerable.Range(0, 15).Select(i => At(i * 6))];

        Assert.Equal(new PrecisionFigures(0, 0, 1, 15), EmbeddingComparison.Compare(embeddings, embeddings));
    }

    [Fact]
    public void Errors_are_of_the_cosines_of_pairs()
    {
        // 0, 60 and 90 degrees; the second moves to 45: cosines 0.5, 0, 0.866 become 0.707, 0, 0.707.
        PrecisionFigures figures = EmbeddingComparison.Compare([At(0), At(60), At(90)], [At(0), At(45), At(90)]);

        Assert.Equal(0.2071, figures.MaxCosineError, 4);
        Assert.Equal((0.2071 + 0.1589 + 0) / 3, figures.MeanCosineError, 4);
        Assert.Equal((1, 3), (figures.Top10Overlap, figures.Images));
    }

    [Fact]
    public void The_overlap_is_of_the_ten_nearest_of_each_image()
    {
        // Twelve images at 5 degrees each: every image has eleven others, of which one is not among its ten nearest. The last moves from one
        // end to before the other, so that the first image's farthest becomes its nearest.
        Embedding[] reference = [.. Enumerable.Range(0, 12).Select(i => At(i * 5))];
        Embedding[] moved = [.. reference[..11], At(-1)];

        PrecisionFigures figures = EmbeddingComparison.Compare(reference, moved);

        // By angle: image 0 loses image 10 for image 11, as images 1 to 4 do; image 5 has 0 at 25 and 11 at 30 degrees, so now 11 at 26 is
        // its farthest, as it was; images 6 to 10 lose image 11 and get back image 0; the last one has 0 for its farthest before, 10 after.
        Assert.Equal(1 - (11 * 0.1 / 12), figures.Top10Overlap, 6);
    }

    [Fact]
    public void Fewer_than_three_images_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddingComparison.Compare([At(0), At(1)], [At(0), At(1)]));

    [Theory]
    [InlineData(0.005, 0.99, true)]
    [InlineData(0.0051, 1, false)]
    [InlineData(0, 0.989, false)]
    [InlineData(double.NaN, 1, false)]
    [InlineData(0, double.NaN, false)]
    public void Figures_past_a_limit_are_refused_with_both(double error, double overlap, bool accepted)
    {
        var figures = new PrecisionFigures(error, error, overlap, 24);
        Exception? refused = Record.Exception(() => PrecisionLimits.Default.Require("ResNet-18", figures));

        Assert.Equal(accepted, refused is null);
        if (refused is not null)
        {
            Assert.IsType<InvalidDataException>(refused);
            Assert.Contains("ResNet-18 in int8 is too far from float32: over 24 images", refused.Message, StringComparison.Ordinal);
            Assert.Contains("at most 5.0e-3 and an overlap of at least 99.0%", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void With_fewer_than_eleven_images_the_figures_say_how_many_nearest_there_are()
    {
        Assert.Contains(
            "overlap of the 4 nearest 100.0%", PrecisionLimits.Describe(new PrecisionFigures(0, 0, 1, 5)), StringComparison.Ordinal);
        Assert.Contains(
            "overlap of the ten nearest 100.0%", PrecisionLimits.Describe(new PrecisionFigures(0, 0, 1, 11)), StringComparison.Ordinal);
    }

    private static Embedding At(double degrees)
    {
        (double sine, double cosine) = Math.SinCos(degrees * Math.PI / 180);
        return new Embedding(new[] { (float)cosine, (float)sine }, 1);
    }
}
