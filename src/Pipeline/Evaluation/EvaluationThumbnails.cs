using Pipeline.Drawing;
using Pipeline.Imaging;

namespace Pipeline.Evaluation;

/// <summary>Draws the images that the report shows, each once.</summary>
internal static class EvaluationThumbnails
{
    private const int Side = 200;
    private const int Quality = 78;

    /// <summary>Draws all images that the lists name.</summary>
    /// <param name="lists">The lists.</param>
    /// <param name="images">The images by their names.</param>
    /// <param name="decoder">Validates and decodes the bytes.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>JPEGs; without those of images that have become unreadable since they were embedded.</returns>
    public static async Task<IReadOnlyDictionary<ShownImage, ReadOnlyMemory<byte>>> DrawAsync(
        IReadOnlyList<JudgedList> lists,
        IReadOnlyDictionary<string, EvaluationImage> images,
        ImageDecoder decoder,
        CancellationToken cancellationToken)
    {
        var drawn = new Dictionary<ShownImage, ReadOnlyMemory<byte>>();
        foreach (IGrouping<string, ShownImage> shown in lists.SelectMany(ShownBy).Distinct().GroupBy(image => image.Name))
        {
            try
            {
                ReadOnlyMemory<byte> encoded = await images[shown.Key].ReadAsync(cancellationToken).ConfigureAwait(false);
                RgbImage image = await CopySource.DecodeAsync(decoder, encoded, cancellationToken).ConfigureAwait(false);
                foreach (ShownImage variant in shown)
                {
                    RgbImage pixels = variant.Variant is { } name
                        ? CopyVariant.All.First(known => known.Name == name).Apply(image)
                        : image;
                    drawn[variant] = ImageEncoder.ToJpeg(Thumbnails.Fit(pixels, Side, Side), Quality);
                }
            }
            catch (InvalidImageException)
            {
                // Changed or deleted since: the report shows its name without it.
            }
        }

        return drawn;
    }

    private static IEnumerable<ShownImage> ShownBy(JudgedList list) =>
    [
        .. list.GroupMisses.Concat(list.CopyMisses).SelectMany(miss => new[] { miss.Query, miss.Found, miss.Wanted }),
        .. list.NearestOriginals.SelectMany(pair => new[] { pair.First, pair.Second }),
    ];
}
