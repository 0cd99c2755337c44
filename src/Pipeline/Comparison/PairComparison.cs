using System.Diagnostics;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Comparison;

/// <summary>Compares two images with each model.</summary>
/// <param name="decoder">Validates and decodes the bytes.</param>
/// <param name="sessions">The installed models.</param>
public sealed class PairComparison(ImageDecoder decoder, ModelSessions sessions)
{
    /// <summary>Compares two images by running the models on both.</summary>
    /// <param name="a">The first image, named for errors.</param>
    /// <param name="b">The second, likewise.</param>
    /// <param name="layers">One layer for each model.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="InvalidImageException">One of the two is not accepted as an image; it is named.</exception>
    internal async Task<ComparedPair> CompareAsync(
        EncodedImage a, EncodedImage b, IReadOnlyList<ComparedLayer> layers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(layers);
        InputForm[] forms = [.. layers.Select(layer => layer.InputForm)];
        ModelInputs first = await ModelInputs.DecodeAsync(decoder, a, forms, cancellationToken).ConfigureAwait(false);
        ModelInputs second = await ModelInputs.DecodeAsync(decoder, b, forms, cancellationToken).ConfigureAwait(false);
        long start = Stopwatch.GetTimestamp();
        LayerCosine[] cosines = await Task.WhenAll(
            layers.Select(layer => CompareAsync(layer, first, second, cancellationToken))).ConfigureAwait(false);
        TimeSpan embedding = Stopwatch.GetElapsedTime(start);
        return new ComparedPair(ImageOf(first), ImageOf(second), cosines, first.Decoding + second.Decoding, embedding);
    }

    /// <summary>Compares two stored images by their stored embeddings, without running a model.</summary>
    /// <param name="a">The first image's records, by the model's key.</param>
    /// <param name="b">The second's.</param>
    /// <param name="layers">As search compares: <see cref="ComparedLayer.OfSearch"/>.</param>
    /// <returns>Null if a model has no record of one of them, or if the records of an image are of different versions.</returns>
    internal static ComparedPair? FindStored(
        IReadOnlyDictionary<string, EmbeddingRecord> a, IReadOnlyDictionary<string, EmbeddingRecord> b, IReadOnlyList<ComparedLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return OneVersion(a, layers) is { } first && OneVersion(b, layers) is { } second
            ? new ComparedPair(
                ImageOf(first),
                ImageOf(second),
                [.. layers.Select(layer => CosineOf(layer, a[layer.Model.Key].Embedding, b[layer.Model.Key].Embedding))],
                TimeSpan.Zero,
                TimeSpan.Zero)
            : null;
    }

    private static EmbeddingRecord? OneVersion(IReadOnlyDictionary<string, EmbeddingRecord> records, IReadOnlyList<ComparedLayer> layers) =>
        layers.All(layer => records.ContainsKey(layer.Model.Key))
            && records.Values.Select(record => record.ImageETag).Distinct().Count() == 1
            ? records.Values.First()
            : null;

    private static LayerCosine CosineOf(ComparedLayer layer, Embedding a, Embedding b) =>
        new(layer, Embedding.Cosine(a.Values.Span, b.Values.Span));

    private static ComparedImage ImageOf(ModelInputs inputs) => new(inputs.ContentHash, inputs.Width, inputs.Height);

    private static ComparedImage ImageOf(EmbeddingRecord record) => new(record.ContentHash, record.Width, record.Height);

    private async Task<LayerCosine> CompareAsync(
        ComparedLayer layer, ModelInputs a, ModelInputs b, CancellationToken cancellationToken)
    {
        ModelSession session = await sessions.GetAsync(layer.Model, cancellationToken).ConfigureAwait(false);
        Embedding[] embeddings = await Task.WhenAll(
            session.EmbedAsync(a.Of(layer.InputForm), layer.Output, cancellationToken),
            session.EmbedAsync(b.Of(layer.InputForm), layer.Output, cancellationToken)).ConfigureAwait(false);
        return CosineOf(layer, embeddings[0], embeddings[1]);
    }
}
