using Microsoft.Extensions.AI;
using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>A network as the ecosystem's embedding generator, for code that knows nothing of this product.</summary>
/// <param name="decoder">The door for image bytes.</param>
/// <param name="session">The network; it stays the caller's.</param>
public sealed class ImageEmbedder(ImageDecoder decoder, ModelSession session) : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    /// <inheritdoc/>
    /// <remarks>Each vector is float[d] with L2 norm 1.</remarks>
    /// <exception cref="InvalidImageException">A value is not accepted as an image; the message says why.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ModelDefinition model = session.Model.Definition;
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        foreach (DataContent value in values)
        {
            DecodedImage image = await decoder.DecodeAsync(
                value.Data, model.InputSize, model.InputSize, model.Resampling, cancellationToken).ConfigureAwait(false);
            Embedding embedding = await session.EmbedAsync(image.Pixels, cancellationToken).ConfigureAwait(false);
            embeddings.Add(new Embedding<float>(embedding.Values) { ModelId = $"{model.Key}-{session.Model.Fingerprint}" });
        }

        return embeddings;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata)
            ? new EmbeddingGeneratorMetadata("pipeline", null, session.Model.Key, session.Model.Definition.EmbeddingLength)
        : serviceType?.IsInstanceOfType(this) == true ? this
        : null;

    /// <summary>Nothing to release: the session stays the caller's.</summary>
    public void Dispose()
    {
    }
}
