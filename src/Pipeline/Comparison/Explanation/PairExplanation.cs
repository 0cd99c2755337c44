using System.Diagnostics;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Comparison.Explanation;

/// <summary>Explains where the similarity of two images comes from: see <see cref="SimilarityMap"/> for the method.</summary>
/// <param name="decoder">Validates and decodes the bytes.</param>
/// <param name="sessions">The installed models.</param>
public sealed class PairExplanation(ImageDecoder decoder, ModelSessions sessions)
{
    // Keras' name of the layer that averages the last block over its positions; models.json has it for the networks that end so.
    private const string AveragedBlock = "avg_pool";

    /// <summary>
    /// Whether a model has what it takes: maps of its blocks, and an input that is the whole image, so that a position is a place in it.
    /// </summary>
    internal static bool CanExplain(InstalledModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Definition is { Blocks.Count: > 0, Fit: Fit.Stretch };
    }

    /// <summary>Runs the model on both images, and compares each position of its last block with the other image.</summary>
    /// <param name="a">The first image, named for errors.</param>
    /// <param name="b">The second, likewise.</param>
    /// <param name="model">A model that <see cref="CanExplain"/>.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="InvalidImageException">One of the two is not accepted as an image; it is named.</exception>
    internal async Task<ExplainedPair> ExplainAsync(
        EncodedImage a, EncodedImage b, InstalledModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        InputForm form = model.Definition.InputForm;
        ModelInputs first = await ModelInputs.DecodeAsync(decoder, a, [form], cancellationToken).ConfigureAwait(false);
        ModelInputs second = await ModelInputs.DecodeAsync(decoder, b, [form], cancellationToken).ConfigureAwait(false);
        long start = Stopwatch.GetTimestamp();
        ModelSession session = await sessions.GetAsync(model, cancellationToken).ConfigureAwait(false);
        FeatureMaps[] maps = await Task.WhenAll(
            ReadLastAsync(session, first.Of(form), cancellationToken),
            ReadLastAsync(session, second.Of(form), cancellationToken)).ConfigureAwait(false);
        TimeSpan running = Stopwatch.GetElapsedTime(start);
        ReadOnlyMemory<float>[] averaged = [.. maps.Select(Average)];
        return new ExplainedPair(
            model,
            maps[0].Output,
            model.Definition.EmbeddingOutput == AveragedBlock ? ExplainMethod.Embedding : ExplainMethod.Block,
            (float)VectorCosine.Between(averaged[0].Span, averaged[1].Span),
            Explained(first, maps[0], averaged[1]),
            Explained(second, maps[1], averaged[0]),
            first.Decoding + second.Decoding,
            running);
    }

    private static async Task<FeatureMaps> ReadLastAsync(ModelSession session, RgbImage image, CancellationToken cancellationToken) =>
        (await FeatureMaps.ReadAsync(
            session, image, [session.Model.Definition.Blocks.Count], cancellationToken).ConfigureAwait(false))[0];

    private static ReadOnlyMemory<float> Average(FeatureMaps maps) => PooledOutput.Of(
        new ModelOutput(maps.Output, [1, maps.Channels, maps.Height, maps.Width], maps.Values), Pooling.Mean);

    private static ExplainedImage Explained(ModelInputs image, FeatureMaps maps, ReadOnlyMemory<float> other) => new(
        new ComparedImage(image.ContentHash, image.Width, image.Height), SimilarityMap.Of(maps, other.Span));
}
