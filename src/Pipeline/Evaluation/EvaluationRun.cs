using System.Reflection;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Search;

namespace Pipeline.Evaluation;

/// <summary>Measures how well the models and their fused lists find images of the same group, and altered copies.</summary>
/// <param name="decoder">Validates and decodes the bytes.</param>
/// <param name="sessions">The installed models.</param>
internal sealed class EvaluationRun(ImageDecoder decoder, ModelSessions sessions)
{
    // On two cores 10,000 images take hours to embed, and minutes to compare.
    private const double EmbeddingShare = 0.9;

    /// <summary>Runs an evaluation.</summary>
    /// <param name="request">What to evaluate.</param>
    /// <param name="progress">Receives reports from any thread, one at a time while images are embedded.</param>
    /// <param name="cancellationToken">Ends the work early; what was embedded stays in the cache.</param>
    /// <exception cref="EvaluationException">Fewer than two images are left, or there is nothing to measure.</exception>
    /// <exception cref="IOException">The cache cannot be written, or another evaluation uses it.</exception>
    public async Task<EvaluationResult> RunAsync(
        EvaluationRequest request, IProgress<EvaluationProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        EmbeddedImages embedded = await EmbedAsync(request, progress, cancellationToken).ConfigureAwait(false);
        if (embedded.Images.Count < 2)
        {
            throw new EvaluationException(
                $"{embedded.Images.Count} of {request.Images.Count} images can be compared; at least two different ones are needed.",
                embedded.Refused);
        }

        IReadOnlyList<InstalledModel> voting = FusionVotes.Of(request.Models);
        int[] votes = [.. Enumerable.Range(0, request.Models.Count).Where(i => voting.Contains(request.Models[i]))];
        var comparisons = new Comparisons(embedded, request.Models.Count, votes);
        return await Task.Run(
            () => CompareAsync(request, embedded, comparisons, voting, progress, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<EmbeddedImages> EmbedAsync(
        EvaluationRequest request, IProgress<EvaluationProgress>? progress, CancellationToken cancellationToken)
    {
        List<EmbeddingCache> caches = [];
        try
        {
            caches.AddRange(request.Models.Select(model => EmbeddingCache.Open(request.CacheFolder, model)));

            // All at once, before the first image: a model that cannot be loaded ends the run here.
            ModelSession[] loaded = await Task.WhenAll(
                request.Models.Select(model => sessions.GetAsync(model, cancellationToken))).ConfigureAwait(false);
            int copies = Math.Min(request.CopyOriginals, request.Images.Count) * CopyVariant.All.Count;
            var meter = new EmbeddingMeter(request.Images.Count + copies, EmbeddingShare, progress, TimeProvider.System);
            return await new EvaluationEmbedder(decoder, loaded, caches, meter).RunAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            caches.ForEach(cache => cache.Dispose());
        }
    }

    private async Task<EvaluationResult> CompareAsync(
        EvaluationRequest request,
        EmbeddedImages embedded,
        Comparisons comparisons,
        IReadOnlyList<InstalledModel> voting,
        IProgress<EvaluationProgress>? progress,
        CancellationToken cancellationToken)
    {
        QueryOutcome[][] outcomes = comparisons.Run(
            (part, detail) => progress?.Report(new EvaluationProgress(EmbeddingShare + ((1 - EmbeddingShare) * part), detail)),
            cancellationToken);
        var analysis = new EvaluationAnalysis(embedded, comparisons, outcomes);
        if (analysis.GroupQueries == 0 && embedded.Copies.Count == 0)
        {
            throw new EvaluationException(
                "There is nothing to measure: figures of groups need a group of two images or more, and copies are switched off.",
                embedded.Refused);
        }

        List<JudgedList> lists = [];
        foreach (InstalledModel model in request.Models)
        {
            lists.Add(analysis.Judge(lists.Count, model.Key, model.Definition.Title, isModel: true, cancellationToken));
        }

        foreach (FusionMethod fusion in FusionMethod.All)
        {
            lists.Add(analysis.Judge(lists.Count, fusion.Key, fusion.Title, isModel: false, cancellationToken));
        }

        EvaluationConditions conditions = ConditionsOf(request, embedded, voting);
        return new EvaluationResult(
            conditions,
            lists,
            EvaluationNotes.Of(conditions, analysis.GroupQueries, embedded),
            embedded.Refused,
            embedded.Identical,
            analysis.Queries(),
            await EvaluationThumbnails.DrawAsync(
                lists,
                request.Images.ToDictionary(image => image.Name, StringComparer.Ordinal),
                decoder,
                cancellationToken).ConfigureAwait(false));
    }

    private static EvaluationConditions ConditionsOf(
        EvaluationRequest request, EmbeddedImages embedded, IReadOnlyList<InstalledModel> voting)
    {
        int[] groups =
        [
            .. embedded.Images.Where(image => image.Source.Group is not null)
                .GroupBy(image => image.Source.Group, StringComparer.Ordinal)
                .Select(group => group.Count())
                .Where(count => count > 1),
        ];
        return new EvaluationConditions(
            typeof(EvaluationRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            [
                .. request.Models.Select(model => new EvaluatedModel(
                    model.Key,
                    model.Definition.Title,
                    model.Weights,
                    voting.Contains(model),
                    model.Precision,
                    model.Fingerprint.ToString(),
                    model.Definition.EmbeddingOutput,
                    model.Definition.EmbeddingLength)),
            ],
            embedded.Images.Count,
            groups.Length,
            embedded.Images.Count - groups.Sum(),
            embedded.Copies.Select(copy => copy.Original).Distinct().Count(),
            embedded.Copies.Count == 0 ? [] : [.. CopyVariant.All.Select(variant => variant.Name)]);
    }
}

/// <summary>The images do not allow an evaluation.</summary>
/// <param name="message">What is missing, and what is needed, for users.</param>
/// <param name="refused">The images that were not accepted.</param>
internal sealed class EvaluationException(string message, IReadOnlyList<RefusedImage> refused) : Exception(message)
{
    /// <summary>The images that were not accepted.</summary>
    public IReadOnlyList<RefusedImage> Refused { get; } = refused;
}
