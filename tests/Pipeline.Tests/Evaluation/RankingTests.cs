using CsCheck;
using Pipeline.Evaluation;

namespace Pipeline.Tests.Evaluation;

public class RankingTests
{
    [Fact]
    public void Images_come_by_falling_scores_and_equal_ones_by_position() =>
        (from scores in Gen.Int[0, 5].Select(score => score / 5.0).Array[1, 40]
         from excluded in Gen.Int[-1, scores.Length - 1]
         select (scores, excluded))
        .Sample((scores, excluded) => Assert.Equal(
            Enumerable.Range(0, scores.Length).Where(i => i != excluded).OrderByDescending(i => scores[i]).ThenBy(i => i),
            Ranking.Order(scores, excluded)));

    [Fact]
    public void Average_precision_is_the_mean_precision_at_the_relevant_ranks()
    {
        // Relevant at the ranks 2, 3 and 6.
        var figures = QueryFigures.Of([9, 0, 1, 8, 7, 2, 6], image => image < 3);

        Assert.Equal(((1.0 / 2) + (2.0 / 3) + (3.0 / 6)) / 3, figures.AveragePrecision, 1e-12);
        Assert.Equal([0, 2, 3], figures.RelevantAtK);
        Assert.Equal(2, figures.FirstRelevant);
    }

    [Fact]
    public void Precision_counts_places_that_stay_empty()
    {
        var figures = GroupFigures.Of([QueryFigures.Of([0, 1], image => image == 0)], null);

        Assert.Equal([(1, 1.0, 1.0), (5, 1, 0.2), (10, 1, 0.1)], figures.AtK.Select(at => (at.K, at.Recall, at.Precision)));
    }
}
