namespace Pipeline.LocalHost.Triggers;

/// <summary>
/// Base of the type in which the WebJobs SDK finds the functions. That type is generated at run time, with a method for each function; this
/// one is public because a generated type can only use public types.
/// </summary>
/// <param name="runner">Runs them.</param>
public abstract class JobFunctions(IJobRunner runner)
{
    /// <summary>Called by each method. After an exception the SDK tries again, and finally moves the message to its poison queue.</summary>
    /// <param name="name">The function.</param>
    /// <param name="trigger">The trigger's value, as the SDK's binding gives it.</param>
    /// <param name="cancellationToken">Cancelled when the job host begins to stop.</param>
    protected Task RunAsync(string name, object trigger, CancellationToken cancellationToken) =>
        runner.RunAsync(name, trigger, cancellationToken);
}

/// <summary>Runs a function for the WebJobs SDK.</summary>
public interface IJobRunner
{
    /// <param name="name">The function.</param>
    /// <param name="trigger">The trigger's value, as the SDK's binding gives it.</param>
    /// <param name="cancellationToken">Cancelled when the job host begins to stop.</param>
    Task RunAsync(string name, object trigger, CancellationToken cancellationToken);
}
