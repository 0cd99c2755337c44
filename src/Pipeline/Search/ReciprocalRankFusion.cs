using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>A stored image in the fused list.</summary>
/// <param name="Record">The stored image, as the first model that ranked it has it.</param>
/// <param name="Score">Sum over the models of 1 / (60 + rank).</param>
/// <param name="Ranks">Its rank by each model that ranked it, 1 is the nearest.</param>
internal sealed record FusedMatch(EmbeddingRecord Record, double Score, IReadOnlyDictionary<string, int> Ranks);

/// <summary>
/// Joins the models' rankings into one: reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) with their constant of 60.
/// Cosines of the models are on different scales that move with the weights and the collection; ranks need no calibration.
/// </summary>
internal static class ReciprocalRankFusion
{
    /// <summary>The constant that keeps one model's first rank from outweighing the others' agreement; the paper's value.</summary>
    public const int RankConstant = 60;

    /// <summary>The best of the fused list; of equal scores the name that sorts first (ordinal).</summary>
    /// <param name="rankings">What each model found, nearest first.</param>
    /// <param name="top">How many at most.</param>
    public static IReadOnlyList<FusedMatch> Fuse(IReadOnlyList<ModelRanking> rankings, int top)
    {
        ArgumentNullException.ThrowIfNull(rankings);
        return
        [
            .. rankings
                .SelectMany(ranking => ranking.Matches.Select((match, index) => (Model: ranking.Model.Key, match.Record, Rank: index + 1)))
                .GroupBy(entry => entry.Record.Id.Key, StringComparer.Ordinal)
                .Select(entries => new FusedMatch(
                    entries.First().Record,
                    entries.Sum(entry => 1.0 / (RankConstant + entry.Rank)),
                    entries.ToDictionary(entry => entry.Model, entry => entry.Rank, StringComparer.Ordinal)))
                .OrderByDescending(fused => fused.Score)
                .ThenBy(fused => fused.Record.Id.Name, StringComparer.Ordinal)
                .Take(top),
        ];
    }
}
