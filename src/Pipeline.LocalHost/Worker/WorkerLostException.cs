namespace Pipeline.LocalHost.Worker;

/// <summary>The worker ended before it responded; whether the run had finished is unknown.</summary>
internal sealed class WorkerLostException() : Exception("The worker ended before the function did.")
{
    /// <summary>The message alone; the stack trace of this process would add nothing.</summary>
    public override string ToString() => Message;
}
