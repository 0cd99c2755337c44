using System.Diagnostics;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Search;

/// <summary>One model's embedding of a query image.</summary>
internal readonly record struct ModelEmbedding(InstalledModel Model, Embedding Embedding);

/// <summary>A query image and its embedding by each model.</summary>
/// <param name="ContentHash">SHA-256 of the encoded bytes, 64 hexadecimal digits.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
/// <param name="Embeddings">One for each model asked.</param>
/// <param name="Decoding">Time spent decoding and resizing.</param>
/// <param name="Embedding">Time until the last model was done.</param>
internal sealed record QueryImage(
    string ContentHash, int Width, int Height, IReadOnlyList<ModelEmbedding> Embeddings, TimeSpan Decoding, TimeSpan Embedding);

/// <summary>Embeds an image that is not stored, with several models at once.</summary>
/// <param name="decoder">Validates and decodes the image's bytes.</param>
/// <param name="sessions">The installed models.</param>
public sealed class QueryEmbedder(ImageDecoder decoder, ModelSessions sessions)
{
    /// <summary>What is accepted.</summary>
    internal ImageLimits Limits => decoder.Limits;

    /// <summary>Decodes the image once per input form that the models share, and runs the models side by side.</summary>
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
        ModelEmbedding[] embeddings = await Task.WhenAll(models.Select(async model =>
        {
            ModelSession session = await sessions.GetAsync(model, cancellationToken).ConfigureAwait(false);
            Embedding embedding = await session.EmbedAsync(inputs.Of(model.Definition.InputForm), cancellationToken).ConfigureAwait(false);
            return new ModelEmbedding(model, embedding);
        })).ConfigureAwait(false);
        return new QueryImage(
            inputs.ContentHash, inputs.Width, inputs.Height, embeddings, inputs.Decoding, Stopwatch.GetElapsedTime(start));
    }
}
