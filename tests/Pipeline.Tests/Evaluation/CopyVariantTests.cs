using Pipeline.Drawing;
using Pipeline.Evaluation;
using Pipeline.Imaging;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Evaluation;

public class CopyVariantTests
{
    [Fact]
    public void Every_kind_of_copy_is_made_and_has_its_own_name()
    {
        Assert.Equal(CopyVariant.All.Count, CopyVariant.All.Select(variant => variant.Name).Distinct().Count());
        Assert.All(
            (string[])["crop", "mirror", "JPEG", "resize", "blur", "rotate", "brightness", "border", "text"],
            kind => Assert.Contains(CopyVariant.All, variant => variant.Name.StartsWith(kind, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_copy_differs_from_its_original_and_from_the_others()
    {
        RgbImage image = Picture.Load("rgb.png");

        string[] copies = [.. CopyVariant.All.Select(variant => Convert.ToBase64String(variant.Apply(image).Pixels.Span))];

        Assert.Equal(copies.Length, copies.Append(Convert.ToBase64String(image.Pixels.Span)).Distinct().Count() - 1);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 300)]
    [InlineData(300, 2)]
    [InlineData(8192, 1)]
    public void Copies_are_made_of_images_of_any_shape(int width, int height)
    {
        RgbImage image = Picture.Draw(width, height, (x, y) => (byte)(x + (3 * y)));

        Assert.All(CopyVariant.All, variant => Assert.NotEmpty(CopySource.Encode(image, variant)));
    }

    [Theory]
    [InlineData(500, 400, 500, 400)]
    [InlineData(6000, 4000, 627, 418)]
    [InlineData(100_000, 2, 8192, 1)]
    [InlineData(1, 1, 1, 1)]
    public void Copies_are_made_of_a_reduced_image(int width, int height, int reducedWidth, int reducedHeight) =>
        Assert.Equal((reducedWidth, reducedHeight), CopyVariant.SizeOf(width, height));

    [Fact]
    public async Task An_image_is_decoded_at_that_size_with_its_aspect_ratio()
    {
        using var decoder = new ImageDecoder(new ImageLimits());
        byte[] encoded = ImageEncoder.ToPng(Picture.Draw(1200, 600, (x, y) => (byte)(x / 5)));

        RgbImage image = await CopySource.DecodeAsync(decoder, encoded, TestContext.Current.CancellationToken);

        Assert.Equal((724, 362), (image.Width, image.Height));
        Assert.InRange(Picture.At(image, 362, 100).Red, 118, 122);
    }
}
