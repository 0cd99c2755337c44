namespace Pipeline.LocalHost.Worker;

/// <summary>The worker ended before it answered; what it was doing is not known to be done.</summary>
internal sealed class WorkerLostException() : Exception("The worker ended before the function did.")
{
    /// <summary>The sentence: where this process noticed it says nothing.</summary>
    public override string ToString() => Message;
}
