using CsCheck;
using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

/// <summary>Pictures that tests draw, load and look into.</summary>
internal static class Picture
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    /// <summary>Pictures of 1 x 1 to 40 x 40 pixels of any colours.</summary>
    public static Gen<RgbImage> Any { get; } =
        from width in Gen.Int[1, 40]
        from height in Gen.Int[1, 40]
        from pixels in Gen.Byte.Array[width * height * 3]
        select new RgbImage(width, height, pixels);

    /// <summary>A file of the fixtures, decoded.</summary>
    public static RgbImage Load(string file) => Decode(ReferenceImage.Read(file));

    public static RgbImage Decode(byte[] encoded) =>
        Decoder.TryDecode(encoded, out DecodedImage? image, out ImageRejection? rejection)
            ? image.Pixels
            : throw new InvalidDataException(rejection.Detail);

    /// <summary>A grey picture.</summary>
    public static RgbImage Draw(int width, int height, Func<int, int, byte> level)
    {
        byte[] pixels = new byte[width * height * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = level(i / 3 % width, i / 3 / width);
        }

        return new RgbImage(width, height, pixels);
    }

    public static (byte Red, byte Green, byte Blue) At(RgbImage image, int x, int y)
    {
        ReadOnlySpan<byte> pixel = image.Pixels.Span.Slice(((y * image.Width) + x) * 3, 3);
        return (pixel[0], pixel[1], pixel[2]);
    }
}
