using System.Text.Json;
using CsCheck;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

public class AugmentationTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly AugmentationTransform Identity = AugmentationTransform.Identity;

    private static readonly Case[] Cases =
        JsonSerializer.Deserialize<Case[]>(
            File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "augmentation.json")),
            Json)!;

    public static TheoryData<string, string> References
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (Case reference in Cases)
            {
                data.Add(reference.File, reference.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(References))]
    public void The_pixels_are_those_of_SciPy(string file, string name)
    {
        Case reference = Cases.Single(candidate => candidate.File == file && candidate.Name == name);
        byte[] expected = ReferenceImage.Unpack(reference.Pixels);

        RgbImage result = Augmentation.Apply(Picture.Load(file), reference.Transform);

        int[] differences = [.. result.Pixels.ToArray().Zip(expected, (ours, theirs) => Math.Abs(ours - theirs))];
        Assert.Equal(expected.Length, differences.Length);
        Assert.InRange(differences.Max(), 0, 1);
        Assert.InRange(differences.Count(difference => difference == 0), (int)(0.99 * expected.Length), expected.Length);
    }

    [Fact]
    public void The_identity_leaves_every_pixel() => Picture.Any.Sample(image =>
        Assert.Equal(image.Pixels.ToArray(), Augmentation.Apply(image, Identity).Pixels.ToArray()));

    [Fact]
    public void Two_flips_are_none() => Picture.Any.Sample(image =>
    {
        RgbImage once = Augmentation.Apply(image, Identity with { FlipHorizontally = true });

        Assert.Equal(Picture.At(image, image.Width - 1, 0), Picture.At(once, 0, 0));
        Assert.Equal(image.Pixels.ToArray(), Augmentation.Apply(once, Identity with { FlipHorizontally = true }).Pixels.ToArray());
    });

    [Fact]
    public void A_positive_shift_moves_what_is_seen_left_and_up_and_repeats_the_edge()
    {
        RgbImage image = Picture.Load("rgb.png");

        RgbImage moved = Augmentation.Apply(image, Identity with { ShiftX = 5, ShiftY = 7 });

        Assert.Equal(Picture.At(image, 15, 27), Picture.At(moved, 10, 20));
        Assert.Equal(Picture.At(image, 96, 60), Picture.At(moved, 93, 58));
    }

    [Fact]
    public void A_quarter_turn_about_the_true_centre_takes_a_square_onto_itself_anticlockwise()
    {
        RgbImage image = Picture.Load("rings.png");

        RgbImage turned = Augmentation.Apply(image, Identity with { Rotation = 90 });

        // The upper right corner comes to the upper left one.
        Assert.Equal(Picture.At(image, 47, 0), Picture.At(turned, 0, 0));
        Assert.Equal(Picture.At(image, 40, 3), Picture.At(turned, 3, 7));
    }

    [Fact]
    public void Half_a_turn_of_a_picture_that_is_not_square_keeps_its_centre()
    {
        RgbImage image = Picture.Load("checks.png");

        RgbImage turned = Augmentation.Apply(image, Identity with { Rotation = 180 });

        Assert.Equal(Picture.At(image, 39 - 12, 63 - 20), Picture.At(turned, 12, 20));
    }

    [Fact]
    public void Shear_is_in_degrees()
    {
        // At 30 degrees, a row 20 above the centre is read 20 * sin(30) = 10 pixels further right.
        byte[] ramp = new byte[101 * 101 * 3];
        for (int i = 0; i < ramp.Length; i++)
        {
            ramp[i] = (byte)(i / 3 % 101);
        }

        RgbImage sheared = Augmentation.Apply(new RgbImage(101, 101, ramp), Identity with { Shear = 30 });

        Assert.Equal(60, Picture.At(sheared, 50, 30).Red);
        Assert.Equal(50, Picture.At(sheared, 50, 50).Red);
        Assert.Equal(40, Picture.At(sheared, 50, 70).Red);
    }

    [Fact]
    public void A_channel_shift_stays_within_the_pictures_own_range()
    {
        RgbImage image = new(2, 1, new byte[] { 30, 100, 100, 100, 100, 200 });

        Assert.Equal([130, 200, 200, 200, 200, 200], Augmentation.Apply(image, Identity with { ChannelShift = 100 }).Pixels.ToArray());
        Assert.Equal([30, 60, 60, 60, 60, 160], Augmentation.Apply(image, Identity with { ChannelShift = -40 }).Pixels.ToArray());
    }

    [Fact]
    public void A_large_picture_whose_rows_are_shared_out_comes_out_as_one_read_alone()
    {
        // Beyond the number of pixels at which threads come in; a strip of it stays below.
        RgbImage large = Picture.Draw(1000, 300, (x, y) => (byte)((x * 7) + (y * 13)));
        RgbImage strip = Picture.Draw(1000, 50, (x, y) => (byte)((x * 7) + ((y + 100) * 13)));
        AugmentationTransform shift = Identity with { ShiftX = 3.25 };

        byte[] expected = Augmentation.Apply(strip, shift).Pixels.ToArray();

        Assert.Equal(expected, Augmentation.Apply(large, shift).Pixels.Slice(100 * 3000, 50 * 3000).ToArray());
    }

    [Fact]
    public void A_transform_that_is_no_number_is_refused() => Assert.All(
        (AugmentationTransform[])
        [
            Identity with { Rotation = double.NaN },
            Identity with { ShiftX = double.PositiveInfinity },
            Identity with { ChannelShift = double.NaN },
        ],
        transform => Assert.Contains(
            "finite",
            Assert.Throws<ArgumentException>(() => Augmentation.Apply(Picture.Load("rgb.png"), transform)).Message,
            StringComparison.Ordinal));

    private sealed record Case(string File, string Name, AugmentationTransform Transform, string Pixels);
}
