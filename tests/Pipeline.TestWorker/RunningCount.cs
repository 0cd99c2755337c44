namespace Pipeline.TestWorker;

/// <summary>How many runs there are at this moment.</summary>
public sealed class RunningCount
{
    private int _count;

    public int Enter() => Interlocked.Increment(ref _count);

    public void Leave() => Interlocked.Decrement(ref _count);
}
