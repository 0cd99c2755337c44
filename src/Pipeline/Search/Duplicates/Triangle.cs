namespace Pipeline.Search.Duplicates;

/// <summary>Shares the rows of a triangle of pairs among processors: row i of n has n - i pairs.</summary>
internal static class Triangle
{
    /// <summary>Runs something for each row, 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">How many rows.</param>
    /// <param name="row">What to do.</param>
    /// <param name="cancellationToken">Ends the work before the next row.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public static void ForEachRow(int count, Action<int> row, CancellationToken cancellationToken)
    {
        // A long row and a short one together are as much work as any other two, so that no processor waits for others at the end.
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, (count + 1) / 2, options, i =>
        {
            row(i);
            if (count - 1 - i > i)
            {
                row(count - 1 - i);
            }
        });
    }
}
