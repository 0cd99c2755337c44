using CsCheck;
using Pipeline.Study;

namespace Pipeline.Tests.Study;

public class SilhouetteTests
{
    private static readonly Gen<double> Cosine = Gen.Double[-1, 1];

    [Theory]
    [InlineData(1, 0.5, 1)]
    [InlineData(0.75, 0.5, 0.5)]
    [InlineData(0.5, 0.5, 0)]
    [InlineData(0.5, 0.75, -0.5)]
    [InlineData(0.5, 1, -1)]
    [InlineData(1, 1, 0)]
    public void It_is_the_part_of_the_way_from_the_far_to_identity(double near, double far, double expected) =>
        Assert.Equal(expected, Silhouette.Of(near, far), 1e-12);

    [Fact]
    public void Where_the_near_ones_are_nearer_it_is_the_difference_over_what_the_far_lack() =>
        Gen.Select(Cosine, Cosine).Sample((first, second) =>
    {
        (double near, double far) = (Math.Max(first, second), Math.Min(first, second));
        Assert.Equal(far == 1 ? 0 : (near - far) / (1 - far), Silhouette.Of(near, far), 1e-9);
    });

    [Fact]
    public void It_lies_between_minus_one_and_one_and_changes_its_sign_with_the_order() => Gen.Select(Cosine, Cosine).Sample((near, far) =>
    {
        Assert.InRange(Silhouette.Of(near, far), -1, 1);
        Assert.Equal(-Silhouette.Of(near, far), Silhouette.Of(far, near), 1e-12);
    });

    [Fact]
    public void A_layer_that_finds_all_images_ten_times_as_alike_does_as_well() =>
        Gen.Select(Cosine, Cosine, Gen.Double[0.1, 1]).Sample((near, far, scale) => Assert.Equal(
            Silhouette.Of(near, far), Silhouette.Of(1 - (scale * (1 - near)), 1 - (scale * (1 - far))), 1e-6));
}
