using CsCheck;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

public class AugmentationDrawTests
{
    private static readonly AugmentationRanges Study = new();

    [Fact]
    public void The_ranges_are_those_of_the_study() => Assert.Equal(
        new AugmentationRanges
        {
            Rotation = 30,
            WidthShift = 0.1,
            HeightShift = 0.1,
            Shear = 0.15,
            MinZoom = 0.9,
            MaxZoom = 1.1,
            ChannelShift = 10,
            HorizontalFlip = true,
        },
        Study);

    // The number of an earlier run: who has a seed has the pictures, also after the next version.
    [Fact]
    public void A_seed_means_the_same_transform_for_good()
    {
        AugmentationTransform transform = Augmentation.Draw(Study, 705, 877, seed: 1, index: 0);

        Assert.Equal(14.989948732293357, transform.Rotation);
        Assert.Equal(-24.494123594924215, transform.ShiftX);
        Assert.Equal(46.37244201670858, transform.ShiftY);
        Assert.Equal(-0.10554100866021704, transform.Shear);
        Assert.Equal(1.0879873405451168, transform.ZoomX);
        Assert.Equal(1.0553089030314127, transform.ZoomY);
        Assert.Equal(6.610298952985524, transform.ChannelShift);
        Assert.False(transform.FlipHorizontally);
    }

    [Fact]
    public void A_draw_depends_on_nothing_drawn_before() => Gen.Select(Gen.Int, Gen.Int[0, 1000]).Sample((seed, index) =>
    {
        AugmentationTransform first = Augmentation.Draw(Study, 224, 224, seed, index);
        Augmentation.Draw(Study, 224, 224, seed, index + 1);

        Assert.Equal(first, Augmentation.Draw(Study, 224, 224, seed, index));
        Assert.NotEqual(first, Augmentation.Draw(Study, 224, 224, seed, index + 1));
        Assert.NotEqual(first, Augmentation.Draw(Study, 224, 224, seed ^ 1, index));
    });

    [Fact]
    public void Draws_stay_in_their_ranges()
    {
        Gen<AugmentationRanges> ranges =
            from rotation in Gen.Double[0, 180]
            from shift in Gen.Double[0, 1]
            from shear in Gen.Double[0, 89]
            from zoom in Gen.Double[0.1, 3]
            from channel in Gen.Double[0, 255]
            from flip in Gen.Bool
            select new AugmentationRanges
            {
                Rotation = rotation,
                WidthShift = shift,
                HeightShift = shift / 2,
                Shear = shear,
                MinZoom = zoom,
                MaxZoom = zoom * 1.5,
                ChannelShift = channel,
                HorizontalFlip = flip,
            };
        Gen.Select(ranges, Gen.Int, Gen.Int[0, 99], Gen.Int[1, 5000], Gen.Int[1, 5000]).Sample((range, seed, index, width, height) =>
        {
            AugmentationTransform drawn = Augmentation.Draw(range, width, height, seed, index);

            Assert.InRange(drawn.Rotation, -range.Rotation, range.Rotation);
            Assert.InRange(drawn.ShiftX, -range.WidthShift * width, range.WidthShift * width);
            Assert.InRange(drawn.ShiftY, -range.HeightShift * height, range.HeightShift * height);
            Assert.InRange(drawn.Shear, -range.Shear, range.Shear);
            Assert.InRange(drawn.ZoomX, range.MinZoom, range.MaxZoom);
            Assert.InRange(drawn.ZoomY, range.MinZoom, range.MaxZoom);
            Assert.InRange(drawn.ChannelShift, -range.ChannelShift, range.ChannelShift);
            Assert.True(range.HorizontalFlip || !drawn.FlipHorizontally);
        });
    }

    [Fact]
    public void Draws_fill_their_ranges_evenly_and_apart_from_each_other()
    {
        AugmentationTransform[] drawn = [.. Enumerable.Range(0, 10_000)
            .Select(index => Augmentation.Draw(Study, 100, 100, seed: 7, index))];

        // Means and variances of even draws, within about five standard errors of 10,000.
        Assert.Equal(0, drawn.Average(transform => transform.Rotation), tolerance: 0.9);
        Assert.Equal(30 * 30 / 3.0, drawn.Average(transform => transform.Rotation * transform.Rotation), tolerance: 14);
        Assert.Equal(1, drawn.Average(transform => transform.ZoomX), tolerance: 0.003);
        Assert.Equal(0.5, drawn.Average(transform => transform.FlipHorizontally ? 1 : 0), tolerance: 0.025);
        Assert.Equal(0, drawn.Average(transform => transform.ShiftX * transform.ShiftY) / (10 * 10 / 3.0), tolerance: 0.05);
        Assert.Equal(0, drawn.Average(transform => (transform.ZoomX - 1) * (transform.ZoomY - 1)) / (0.1 * 0.1 / 3), tolerance: 0.05);
    }

    [Fact]
    public void A_range_that_is_none_is_refused_with_what_is_allowed()
    {
        AssertRefused(Study with { Rotation = -1 }, "Rotation goes from 0 to 180 degrees; it is -1.");
        AssertRefused(Study with { WidthShift = 1.5 }, "WidthShift is a fraction from 0 to 1; it is 1.5.");
        AssertRefused(Study with { HeightShift = double.NaN }, "HeightShift is a fraction from 0 to 1; it is NaN.");
        AssertRefused(Study with { Shear = 90 }, "Shear goes from 0 to below 90 degrees; it is 90.");
        AssertRefused(Study with { MinZoom = 0 }, "MinZoom is a factor above 0, at most 100; it is 0.");
        AssertRefused(Study with { MaxZoom = 0.5 }, "MaxZoom is a factor from MinZoom to 100; it is 0.5.");
        AssertRefused(Study with { ChannelShift = 256 }, "ChannelShift goes from 0 to 255 grey levels; it is 256.");
    }

    private static void AssertRefused(AugmentationRanges ranges, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Augmentation.Draw(ranges, 10, 10, 1, 0)).Message);
}
