using System.Globalization;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Comparison;

/// <summary>Draws a compared pair: both images side by side, and the result of each model below.</summary>
internal static class PairSheet
{
    // Twice the drawn size, so that drawing still reduces the image.
    private const int DecodedSide = 1440;

    /// <summary>Draws the sheet.</summary>
    /// <param name="decoder">Validates and decodes the bytes.</param>
    /// <param name="a">The first image, named.</param>
    /// <param name="b">The second, likewise.</param>
    /// <param name="pair">The result of comparing these bytes.</param>
    /// <param name="cancellationToken">Ends the wait for the decoder at once.</param>
    /// <exception cref="InvalidImageException">The bytes are not those that were compared: they are not accepted as an image.</exception>
    public static async Task<RgbImage> DrawAsync(
        ImageDecoder decoder, EncodedImage a, EncodedImage b, ComparedPair pair, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(pair);
        return SideBySide.Draw(
            await DecodeAsync(decoder, a, cancellationToken).ConfigureAwait(false),
            await DecodeAsync(decoder, b, cancellationToken).ConfigureAwait(false),
            [$"a: {Line(a.Name, pair.A)}", $"b: {Line(b.Name, pair.B)}", .. pair.Cosines.Select(Line)]);
    }

    private static string Line(string? name, ComparedImage image) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} ({image.Width} x {image.Height})");

    private static string Line(LayerCosine cosine)
    {
        InstalledModel model = cosine.Layer.Model;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Definition.Title} {cosine.Layer.Output}: cosine {cosine.Cosine:0.0000}  ({model.Weights.ToJsonName()} weights, " +
            $"{model.Precision.ToJsonName()}, {cosine.Layer.Resampling.ToJsonName()} resampling, {model.Fingerprint})");
    }

    // Reduced while decoding: at full size an image of 50 megapixels would take 150 MB.
    private static async Task<RgbImage> DecodeAsync(ImageDecoder decoder, EncodedImage encoded, CancellationToken cancellationToken) =>
        (await decoder.DecodeWithinAsync(encoded, DecodedSide, cancellationToken).ConfigureAwait(false)).Pixels;
}
