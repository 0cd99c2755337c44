using System.Collections.Concurrent;
using Pipeline.Comparison;
using Pipeline.Models;

namespace Pipeline.Study;

/// <summary>The outputs of the models for a study's images: a vector for each image and layer.</summary>
internal sealed class StudyVectors
{
    // As many as a session runs at a time. Batches would take more memory and the same time.
    private const int ParallelRuns = 2;

    private readonly ConcurrentDictionary<(StudySubject Subject, StudyLayer Layer), ReadOnlyMemory<float>> _vectors = new();
    private readonly IReadOnlyList<StudyLayer> _layers;

    private StudyVectors(IReadOnlyList<StudyLayer> layers) => _layers = layers;

    /// <summary>Runs every image through every model, the models in parallel.</summary>
    /// <param name="subjects">The images.</param>
    /// <param name="models">The models.</param>
    /// <param name="sessions">The loaded models.</param>
    /// <param name="seen">Called each time that a model has run on an image, from any thread.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static async Task<StudyVectors> RunAsync(
        IReadOnlyList<StudySubject> subjects,
        IReadOnlyList<InstalledModel> models,
        ModelSessions sessions,
        Action seen,
        CancellationToken cancellationToken)
    {
        var vectors = new StudyVectors([.. models.SelectMany(StudyLayer.Of)]);
        await Task.WhenAll(models.Select(async model =>
        {
            ModelSession session = await sessions.GetAsync(model, cancellationToken).ConfigureAwait(false);
            var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelRuns, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(subjects, options, async (subject, stop) =>
            {
                await vectors.RunAsync(subject, session, stop).ConfigureAwait(false);
                seen();
            }).ConfigureAwait(false);
        })).ConfigureAwait(false);
        return vectors;
    }

    /// <summary>float[d] of an image.</summary>
    public ReadOnlyMemory<float> Of(StudySubject subject, StudyLayer layer) => _vectors[(subject, layer)];

    /// <summary>The cosines of two images, by the layer's name.</summary>
    public IReadOnlyDictionary<string, double> Cosines(StudySubject first, StudySubject second) => _layers.ToDictionary(
        layer => layer.Name, layer => VectorCosine.Between(Of(first, layer).Span, Of(second, layer).Span), StringComparer.Ordinal);

    private async Task RunAsync(StudySubject subject, ModelSession session, CancellationToken cancellationToken)
    {
        IReadOnlyList<StudyLayer> layers = StudyLayer.Of(session.Model);
        IReadOnlyList<ModelOutput> outputs = await session.RunAsync(
            [subject.Input(session.Model.Definition.InputSize)],
            [.. layers.Select(layer => layer.Output)],
            cancellationToken).ConfigureAwait(false);
        foreach ((StudyLayer layer, ModelOutput output) in layers.Zip(outputs))
        {
            _vectors[(subject, layer)] =
                PooledOutput.Of(output, layer.IsEmbedding ? session.Model.Definition.Pooling : Pooling.None);
        }
    }
}
