using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing;

namespace Pipeline.Functions.Triggers;

public sealed class Reconcile(Reconciler reconciler)
{
    /// <summary>Every night at 03:00 UTC: records of deleted images go, images without a record are queued, and the log of changes is trimmed.</summary>
    [Function(nameof(Reconcile))]
    public Task RunAsync([TimerTrigger("0 0 3 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        reconciler.RunAsync(cancellationToken);
}
