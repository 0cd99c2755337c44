using System.Reflection;
using Pipeline.Diagnostics;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Study;

/// <summary>
/// Runs the published study on any images: the predictions and cosines of the models, how variants and distortions change them, and which
/// of the two separates images better. Always in float32 and with the study's resampling.
/// </summary>
/// <param name="decoder">Validates and decodes image bytes.</param>
/// <param name="sessions">The installed models.</param>
public sealed class StudyRun(ImageDecoder decoder, ModelSessions sessions)
{
    private const int TopClasses = 5;

    // Running a model on an image takes several times as long as making the image.
    private const int UnitsPerRun = 4;

    /// <summary>Runs the study.</summary>
    /// <param name="request">The images, and the number of variants.</param>
    /// <param name="progress">Receives the progress, from any thread; may be null.</param>
    /// <param name="cancellationToken">Ends the study early, also in the middle of a model's run.</param>
    /// <exception cref="ArgumentException">The request has no image, or a number is out of range.</exception>
    /// <exception cref="InvalidImageException">An image is not accepted; it is named.</exception>
    /// <exception cref="InvalidOperationException">A model is missing in float32; see <see cref="ModelSessions.Float32Fault"/>.</exception>
    /// <exception cref="InvalidDataException">A model's file cannot be loaded, or it gave an output without direction.</exception>
    internal async Task<StudyResult> RunAsync(
        StudyRequest request, IProgress<StudyProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Require();
        if (sessions.Float32Fault is { } error)
        {
            throw new InvalidOperationException(error);
        }

        IReadOnlyList<InstalledModel> models = sessions.Float32Models;
        int[] sizes = [.. models.Select(model => model.Definition.InputSize).Distinct()];
        int count = StudyInputs.CountOf(request);
        var meter = new ProgressMeter(progress, count + (models.Count * ((count + 1) * UnitsPerRun)));
        StudyInputs inputs = await Task.Run(
            () => StudyInputs.PrepareAsync(request, decoder, sizes, () => meter.Add(1, "making variants"), cancellationToken),
            cancellationToken).ConfigureAwait(false);
        StudyVectors vectors = await StudyVectors.RunAsync(
            inputs.All, models, sessions, () => meter.Add(UnitsPerRun, $"{count} images through all models"), cancellationToken)
            .ConfigureAwait(false);
        List<StudiedFeatureMaps> maps = [];
        foreach (InstalledModel model in models)
        {
            if (model.Definition.Blocks.Count > 0)
            {
                maps.Add(await DrawMapsAsync(model, inputs.Reference, cancellationToken).ConfigureAwait(false));
            }

            meter.Add(UnitsPerRun, "drawing feature maps");
        }

        return StudyAnalysis.Of(ConditionsOf(request, models), inputs, vectors, sessions.Classes, TopClasses, maps);
    }

    private static StudyConditions ConditionsOf(StudyRequest request, IReadOnlyList<InstalledModel> models) => new(
        typeof(StudyRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        [
            .. models.Select(model => new StudiedModel(
                model.Key,
                model.Definition.Title,
                model.Weights,
                model.Precision,
                model.Fingerprint.ToString(),
                model.WithTop,
                model.Definition.InputSize)),
        ],
        [.. models.SelectMany(StudyLayer.Of)],
        Resampling.Keras,
        StudyInputs.MaxPixels,
        request.Augmentations,
        request.Seed,
        new AugmentationRanges());

    private async Task<StudiedFeatureMaps> DrawMapsAsync(InstalledModel model, StudySubject reference, CancellationToken cancellationToken)
    {
        ModelSession session = await sessions.GetAsync(model, cancellationToken).ConfigureAwait(false);
        RgbImage input = reference.Input(model.Definition.InputSize);
        IReadOnlyList<FeatureMaps> maps = await FeatureMaps.ReadAsync(session, input, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () => new StudiedFeatureMaps(model.Key, [.. maps.Select(StudiedBlock.Draw)], ImageEncoder.ToPng(input)), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Adds up the work done by several threads, and reports it in order.</summary>
    private sealed class ProgressMeter(IProgress<StudyProgress>? progress, int total)
    {
        private readonly Lock _lock = new();
        private int _done;

        public void Add(int units, string detail)
        {
            lock (_lock)
            {
                _done += units;
                progress?.Report(new StudyProgress(Math.Min(1, (double)_done / total), detail));
            }
        }
    }
}

/// <summary>How far a study is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Detail">What is being done, in words.</param>
internal readonly record struct StudyProgress(double Fraction, string Detail);
