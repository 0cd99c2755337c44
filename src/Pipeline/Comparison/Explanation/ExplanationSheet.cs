using System.Globalization;
using Pipeline.Drawing;
using Pipeline.Imaging;

namespace Pipeline.Comparison.Explanation;

/// <summary>Draws an explained pair: the maps over the images, in the same colours for the same values on both.</summary>
internal static class ExplanationSheet
{
    // As wide as a browser shows an image beside another one.
    private const int Side = 1024;

    // A grid of 14 cells is readable from here on.
    private const int LeastSide = 224;

    /// <summary>Draws both images side by side, with the figures and the scale of colours below.</summary>
    /// <param name="decoder">Validates and decodes the bytes.</param>
    /// <param name="a">The first image, named.</param>
    /// <param name="b">The second, likewise.</param>
    /// <param name="pair">The explanation of these bytes.</param>
    /// <param name="cancellationToken">Ends the wait for the decoder at once.</param>
    /// <exception cref="InvalidImageException">The bytes are not those that were explained: they are not accepted as an image.</exception>
    public static async Task<RgbImage> DrawAsync(
        ImageDecoder decoder, EncodedImage a, EncodedImage b, ExplainedPair pair, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return SideBySide.Draw(
            await DrawSideAsync(decoder, a, pair.A, pair, cancellationToken).ConfigureAwait(false),
            await DrawSideAsync(decoder, b, pair.B, pair, cancellationToken).ConfigureAwait(false),
            [$"a: {Line(a.Name, pair.A.Image)}", $"b: {Line(b.Name, pair.B.Image)}", Line(pair), MeaningOf(pair)],
            HeatMap.DrawScale(pair.Min, pair.Max));
    }

    /// <summary>Draws one image with its map, at most 1024 pixels a side.</summary>
    /// <param name="decoder">Validates and decodes the bytes.</param>
    /// <param name="encoded">The image.</param>
    /// <param name="image">Its part of the explanation.</param>
    /// <param name="pair">The explanation, whose values of both images the colours span.</param>
    /// <param name="cancellationToken">Ends the wait for the decoder at once.</param>
    /// <exception cref="InvalidImageException">The bytes are not those that were explained: they are not accepted as an image.</exception>
    public static async Task<RgbImage> DrawSideAsync(
        ImageDecoder decoder, EncodedImage encoded, ExplainedImage image, ExplainedPair pair, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(pair);
        DecodedImage decoded = await decoder.DecodeWithinAsync(encoded, Side, cancellationToken).ConfigureAwait(false);

        // Interpolated between the cells of the grid, also where an image has fewer pixels than that.
        RgbImage pixels = Math.Max(decoded.Width, decoded.Height) < LeastSide
            ? Thumbnails.Fit(decoded.Pixels, LeastSide, LeastSide)
            : decoded.Pixels;
        return HeatMap.Draw(pixels, image.Map.Values, image.Map.Rows, image.Map.Columns, pair.Min, pair.Max);
    }

    private static string Line(string? name, ComparedImage image) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} ({image.Width} x {image.Height})");

    private static string Line(ExplainedPair pair) => string.Create(
        CultureInfo.InvariantCulture,
        $"{pair.Model.Definition.Title} {pair.Layer}: cosine {pair.Cosine:0.0000}  ({pair.Model.Weights.ToJsonName()} weights, " +
        $"{pair.Model.Precision.ToJsonName()}, {pair.Model.Fingerprint})");

    private static string MeaningOf(ExplainedPair pair) =>
        $"Colour: cosine of each position with the other image's {(pair.Method == ExplainMethod.Embedding ? "embedding" : "average")}";
}
