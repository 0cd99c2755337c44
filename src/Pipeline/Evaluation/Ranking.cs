namespace Pipeline.Evaluation;

/// <summary>Orders images by their scores for a query.</summary>
internal static class Ranking
{
    /// <summary>The positions of the scores, largest score first; of equal scores the first position, which is the name that sorts first.</summary>
    /// <param name="scores">A score for each image.</param>
    /// <param name="excluded">A position to leave out, or -1.</param>
    public static int[] Order(ReadOnlySpan<double> scores, int excluded = -1)
    {
        int count = excluded < 0 ? scores.Length : scores.Length - 1;
        double[] keys = new double[count];
        int[] order = new int[count];
        for (int position = 0, write = 0; position < scores.Length; position++)
        {
            if (position != excluded)
            {
                (keys[write], order[write]) = (-scores[position], position);
                write++;
            }
        }

        // The sort is not stable: runs of equal scores are put in order afterwards.
        Array.Sort(keys, order);
        for (int start = 0; start < count;)
        {
            int end = start + 1;
            while (end < count && keys[end] == keys[start])
            {
                end++;
            }

            Array.Sort(order, start, end - start);
            start = end;
        }

        return order;
    }
}
