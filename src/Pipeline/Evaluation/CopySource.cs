using Pipeline.Drawing;
using Pipeline.Imaging;

namespace Pipeline.Evaluation;

/// <summary>Decodes an image at the size at which copies are made of it, and writes the copies as files.</summary>
internal static class CopySource
{
    /// <summary>Decodes an image, reduced to about <see cref="CopyVariant.MaxPixels"/>.</summary>
    /// <exception cref="InvalidImageException">The bytes are not accepted as an image.</exception>
    public static async Task<RgbImage> DecodeAsync(ImageDecoder decoder, ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken)
    {
        // A first look at one pixel gives the size; an image of 50 megapixels is never held whole.
        DecodedImage look = await decoder.DecodeAsync(encoded, 1, 1, Resampling.Quality, cancellationToken).ConfigureAwait(false);
        (int width, int height) = CopyVariant.SizeOf(look.Width, look.Height);
        DecodedImage decoded = await decoder.DecodeAsync(
            encoded, width, height, Resampling.Quality, cancellationToken).ConfigureAwait(false);
        return decoded.Pixels;
    }

    /// <summary>A copy as a PNG, so that it takes the way of an uploaded image, and nothing but the alteration is lost.</summary>
    public static byte[] Encode(RgbImage original, CopyVariant variant) => ImageEncoder.ToPng(variant.Apply(original));
}
