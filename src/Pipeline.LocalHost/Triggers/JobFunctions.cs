namespace Pipeline.LocalHost.Triggers;

/// <summary>
/// Base of the type that the WebJobs SDK finds the functions in. That type is made at run time, with a method for each function; public,
/// because such a type sees nothing else.
/// </summary>
/// <param name="runner">Runs them.</param>
public abstract class JobFunctions(IJobRunner runner)
{
    /// <summary>What each method calls. An exception makes the SDK try again, and in the end move the message to its poison queue.</summary>
    /// <param name="name">The function.</param>
    /// <param name="trigger">The trigger's value, as the SDK's binding gives it.</param>
    /// <param name="cancellationToken">Trips when the job host begins to stop.</param>
    protected Task RunAsync(string name, object trigger, CancellationToken cancellationToken) =>
        runner.RunAsync(name, trigger, cancellationToken);
}
