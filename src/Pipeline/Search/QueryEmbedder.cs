using System.Diagnostics;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Search;

/// <summary>A picture that is asked about, seen by each model.</summary>
/// <param name="ContentHash">SHA-256 of the encoded bytes, 64 hexadecimal digits.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
/// <param name="Embeddings">Per model its embedding, L2 norm 1.</param>
/// <param name="Decoding">Time spent decoding and resizing.</param>
/// <param name="Embedding">Time until the last model was done.</param>
internal sealed record QueryImage(
    string ContentHash, int Width, int Height, IReadOnlyDictionary<string, Embedding> Embeddings, TimeSpan Decoding, TimeSpan Embedding);

/// <summary>Embeds a picture that is not stored, with several models at once.</summary>
/// <param name="decoder">The door for image bytes.</param>
/// <param name="sessions">The installed models.</param>
public sealed class QueryEmbedder(ImageDecoder decoder, ModelSessions sessions)
{
    /// <summary>What is let in.</summary>
    internal ImageLimits Limits => decoder.Limits;

    /// <summary>Decodes the picture once per input form that the models share, and runs the models side by side.</summary>
    /// <param name="encoded">The bytes as they came.</param>
    /// <param name="models">Which models.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="InvalidImageException">The bytes are not accepted as an image.</exception>
    internal async Task<QueryImage> EmbedAsync(
        EncodedImage encoded, IReadOnlyList<InstalledModel> models, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(models);
        IEnumerable<InputForm> forms = models.Select(model => model.Definition.InputForm);
        ModelInputs inputs = await ModelInputs.DecodeAsync(decoder, encoded, forms, cancellationToken).ConfigureAwait(false);
        long start = Stopwatch.GetTimestamp();
        Embedding[] embeddings = await Task.WhenAll(models.Select(async model =>
        {
            ModelSession session = await sessions.GetAsync(model, cancellationToken).ConfigureAwait(false);
            return await session.EmbedAsync(inputs.Of(model.Definition.InputForm), cancellationToken).ConfigureAwait(false);
        })).ConfigureAwait(false);
        return new QueryImage(
            inputs.ContentHash,
            inputs.Width,
            inputs.Height,
            models.Zip(embeddings).ToDictionary(pair => pair.First.Key, pair => pair.Second, StringComparer.Ordinal),
            inputs.Decoding,
            Stopwatch.GetElapsedTime(start));
    }
}
