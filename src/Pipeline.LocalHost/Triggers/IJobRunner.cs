namespace Pipeline.LocalHost.Triggers;

/// <summary>Runs a function for the WebJobs SDK.</summary>
public interface IJobRunner
{
    /// <param name="name">The function.</param>
    /// <param name="trigger">The trigger's value, as the SDK's binding gives it.</param>
    /// <param name="cancellationToken">Cancelled when the job host begins to stop.</param>
    Task RunAsync(string name, object trigger, CancellationToken cancellationToken);
}
