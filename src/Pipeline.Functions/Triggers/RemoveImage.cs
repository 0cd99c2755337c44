using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing;

namespace Pipeline.Functions.Triggers;

public sealed class RemoveImage(ImageRemoval removal)
{
    /// <summary>A blob was deleted, says Event Grid through a storage queue: its records go, if it is still gone.</summary>
    [Function(nameof(RemoveImage))]
    public Task RunAsync([QueueTrigger("image-deletions", Connection = "ImagesStorage")] string message, CancellationToken cancellationToken) =>
        removal.RunAsync(message, cancellationToken);
}
