using Microsoft.Azure.Functions.Worker;
using Pipeline.Links;

namespace Pipeline.Functions.Triggers;

/// <summary>A link was added, or is to be fetched again.</summary>
public sealed class LinkQueued(LinkWorker worker)
{
    /// <summary>Fetches the link and stores what it led to as an image.</summary>
    [Function("FetchLink")]
    public Task FetchAsync([QueueTrigger("links", Connection = "ImagesStorage")] string id, CancellationToken cancellationToken) =>
        worker.RunAsync(id, cancellationToken);
}
