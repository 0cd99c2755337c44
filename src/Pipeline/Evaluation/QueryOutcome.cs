namespace Pipeline.Evaluation;

/// <summary>What a query found in one list. Positions are those of the searched images.</summary>
/// <param name="Top">The first result.</param>
/// <param name="Right">The first result that should have been found; -1 where there is none, for a distractor.</param>
/// <param name="RightRank">Its rank, from 1; 0 where there is none.</param>
/// <param name="TopCosine">The cosine of the first result; NaN for a fused list.</param>
/// <param name="RightCosine">The cosine of the right one; NaN likewise.</param>
/// <param name="WrongCosine">The largest cosine with an image that is not right; NaN likewise.</param>
/// <param name="Figures">The figures of a group's query; null for another.</param>
internal sealed record QueryOutcome(
    int Top, int Right, int RightRank, double TopCosine, double RightCosine, double WrongCosine, QueryFigures? Figures)
{
    /// <summary>Reads what a query found.</summary>
    /// <param name="order">All searched images, nearest first; at least one.</param>
    /// <param name="isRight">Whether an image should be found.</param>
    /// <param name="cosines">The cosine of each image, or null for a fused list.</param>
    /// <param name="isGroup">Whether the query is of a group, with figures.</param>
    public static QueryOutcome Of(ReadOnlySpan<int> order, Func<int, bool> isRight, double[]? cosines, bool isGroup)
    {
        (int right, int rank, int wrong) = (-1, 0, -1);
        for (int i = 0; i < order.Length && (right < 0 || wrong < 0); i++)
        {
            if (!isRight(order[i]))
            {
                wrong = wrong < 0 ? order[i] : wrong;
            }
            else if (right < 0)
            {
                (right, rank) = (order[i], i + 1);
            }
        }

        return new QueryOutcome(
            order[0],
            right,
            rank,
            CosineOf(order[0]),
            CosineOf(right),
            CosineOf(wrong),
            isGroup && right >= 0 ? QueryFigures.Of(order, isRight) : null);

        double CosineOf(int position) => cosines is null || position < 0 ? double.NaN : cosines[position];
    }
}
