using System.Security.Cryptography;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

/// <summary>Pixels held against Pillow's, format by format.</summary>
public class ImageDecoderPixelTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    public static TheoryData<string> Files => [.. ReferenceImage.All.Select(image => image.File)];

    public static TheoryData<string> Reduced =>
        [.. ReferenceImage.All.Where(image => image.Width >= image.To[0] && image.Height >= image.To[1]).Select(image => image.File)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Keras_resampling_is_Pillows_NEAREST_pixel_for_pixel(string file)
    {
        ReferenceImage reference = ReferenceImage.All.Single(image => image.File == file);

        DecodedImage image = Decode(reference, Resampling.Keras);

        Assert.Equal((reference.Width, reference.Height), (image.Width, image.Height));
        int worst = Differences(reference.NearestPixels, image).Max();
        Assert.True(worst <= reference.Tolerance, $"A value differs by {worst}; {reference.Tolerance} is allowed.");
    }

    // Both are antialiased reductions by the same kernel.
    [Theory]
    [MemberData(nameof(Reduced))]
    public void Quality_resampling_is_close_to_Pillows_LANCZOS(string file)
    {
        ReferenceImage reference = ReferenceImage.All.Single(image => image.File == file);

        DecodedImage image = Decode(reference, Resampling.Quality);

        Assert.Equal((reference.Width, reference.Height), (image.Width, image.Height));
        double mean = Differences(reference.LanczosPixels, image).Average();
        TestContext.Current.TestOutputHelper!.WriteLine($"mean difference {mean:f3}");
        Assert.InRange(mean, 0, 2.5);
    }

    // The hash: sha256(Image.open("vase.jpg").convert("RGB").resize((224, 224), Image.NEAREST).tobytes()) in Pillow 9.4.
    [Fact]
    public void The_studys_photograph_comes_out_as_from_Pillow()
    {
        string path = Repository.Path("..", "shared", "study", "vase.jpg");
        Assert.SkipUnless(File.Exists(path), $"There is no '{path}': the study's photographs are not part of the repository.");

        Assert.True(
            Decoder.TryDecode(File.ReadAllBytes(path), 224, 224, Resampling.Keras, out DecodedImage? image, out ImageRejection? rejection),
            rejection?.Detail);

        Assert.Equal((705, 877), (image.Width, image.Height));
        Assert.Equal(
            "7f689d51db049625df13479dec40e7ea92556df422ca139a4dfdb1a741dd9380", Convert.ToHexStringLower(
                SHA256.HashData(image.Pixels.Pixels.Span)));
    }

    [Fact]
    public void Without_a_size_the_picture_keeps_its_own()
    {
        Assert.True(Decoder.TryDecode(ReferenceImage.Read("orientation-6.jpg"), out DecodedImage? image, out _));

        Assert.Equal((61, 97, 61, 97), (image.Width, image.Height, image.Pixels.Width, image.Pixels.Height));
    }

    [Theory]
    [InlineData(Resampling.Quality)]
    [InlineData(Resampling.Keras)]
    public void Inks_become_their_colours(Resampling resampling)
    {
        Assert.True(Decoder.TryDecode(ReferenceImage.Read("cmyk.jpg"), 4, 1, resampling, out DecodedImage? image, out _));

        byte[] pixels = image.Pixels.Pixels.ToArray();
        (int Red, int Green, int Blue)[] stripes = [.. pixels.Chunk(3).Select(pixel => ((int)pixel[0], (int)pixel[1], (int)pixel[2]))];
        Assert.All([stripes[0].Red, stripes[0].Green, stripes[0].Blue], white => Assert.InRange(white, 215, 255));
        Assert.True(stripes[1].Blue > stripes[1].Red + 100 && stripes[1].Green > stripes[1].Red + 80, $"cyan is {stripes[1]}");
        Assert.True(stripes[2].Red > stripes[2].Green + 100 && stripes[2].Blue > stripes[2].Green + 50, $"magenta is {stripes[2]}");
        Assert.True(stripes[3].Red > stripes[3].Blue + 100 && stripes[3].Green > stripes[3].Blue + 100, $"yellow is {stripes[3]}");
    }

    [Fact]
    public void Formats_are_told_from_the_content()
    {
        string[] files = ["baseline.jpg", "rgb.png", "lossy.webp", "animated.gif", "rgb.bmp", "rgb.tif"];

        Assert.Equal(
            [ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.WebP, ImageFormat.Gif, ImageFormat.Bmp, ImageFormat.Tiff],
            files.Select(file => Decode(ReferenceImage.All.Single(image => image.File == file), Resampling.Quality).Format));
    }

    private static DecodedImage Decode(ReferenceImage reference, Resampling resampling)
    {
        Assert.True(
            Decoder.TryDecode(
                reference.Encoded,
                reference.To[0],
                reference.To[1],
                resampling,
                out DecodedImage? image,
                out ImageRejection? rejection),
            rejection?.Detail);
        return image;
    }

    private static IEnumerable<int> Differences(byte[] expected, DecodedImage image)
    {
        Assert.Equal(expected.Length, image.Pixels.Pixels.Length);
        return expected.Zip(image.Pixels.Pixels.ToArray(), (a, b) => Math.Abs(a - b));
    }
}
