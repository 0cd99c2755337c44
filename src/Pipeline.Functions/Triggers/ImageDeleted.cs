using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing;

namespace Pipeline.Functions.Triggers;

/// <summary>An image was deleted. Event Grid puts the event into a storage queue.</summary>
public sealed class ImageDeleted(ImageRemoval removal)
{
    /// <summary>Removes the image's rows, unless an image of that name is there again.</summary>
    [Function("RemoveImage")]
    public Task RemoveAsync(
        [QueueTrigger("image-deletions", Connection = "ImagesStorage")] string message, CancellationToken cancellationToken) =>
        removal.RunAsync(message, cancellationToken);
}
