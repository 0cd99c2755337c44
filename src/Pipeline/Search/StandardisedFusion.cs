using Pipeline.Models;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>A stored image in the fused list.</summary>
/// <param name="Image">The stored image, as the first model that ranked it has it.</param>
/// <param name="Score">The mean over the voting models of its standardised cosine: standard deviations above the mean of all images.</param>
/// <param name="Ranks">Its rank by each model that ranked it, 1 is the nearest.</param>
internal sealed record FusedMatch(IndexedImage Image, double Score, IReadOnlyDictionary<string, int> Ranks);

/// <summary>What a model says about a query.</summary>
/// <param name="Model">The model.</param>
/// <param name="Matches">The nearest images, nearest first.</param>
/// <param name="Spread">The spread of its cosines with all images.</param>
/// <param name="CosineOf">The cosine of any image by its <see cref="ImageId.Key"/>; null for one that the model has not embedded.</param>
internal sealed record ModelVote(InstalledModel Model, IReadOnlyList<Match> Matches, CosineSpread Spread, Func<string, float?> CosineOf);

/// <summary>
/// Joins the models' rankings into one by the mean of their standardised cosines. Measured against reciprocal ranks and against the single
/// models (docs/quality.md): ranks forget how far apart two images are, so that one weak model spoils the list.
/// </summary>
internal static class StandardisedFusion
{
    private const int LeastDepth = 100;

    /// <summary>
    /// How many of its nearest a model ranks. Deeper than what is returned: an image that one model ranks low may be the best of all models
    /// together.
    /// </summary>
    /// <param name="top">How many are returned.</param>
    public static int DepthOf(int top) => Math.Max(LeastDepth, 2 * top);

    /// <summary>The best of all that a model ranked; of equal scores the name that sorts first (ordinal).</summary>
    /// <param name="votes">What each model that votes says.</param>
    /// <param name="top">How many at most.</param>
    /// <remarks>
    /// A model that has not embedded an image yet counts as if its cosine were the mean: it speaks neither for nor against the image.
    /// </remarks>
    public static IReadOnlyList<FusedMatch> Fuse(IReadOnlyList<ModelVote> votes, int top)
    {
        ArgumentNullException.ThrowIfNull(votes);
        return
        [
            .. votes
                .SelectMany(vote => vote.Matches.Select((match, index) => (Model: vote.Model.Key, match.Image, Rank: index + 1)))
                .GroupBy(entry => entry.Image.Id.Key, StringComparer.Ordinal)
                .Select(entries => new FusedMatch(
                    entries.First().Image,
                    votes.Average(vote => vote.CosineOf(entries.Key) is { } cosine ? vote.Spread.Standardise(cosine) : 0),
                    entries.ToDictionary(entry => entry.Model, entry => entry.Rank, StringComparer.Ordinal)))
                .OrderByDescending(fused => fused.Score)
                .ThenBy(fused => fused.Image.Id.Name, StringComparer.Ordinal)
                .Take(top),
        ];
    }
}
