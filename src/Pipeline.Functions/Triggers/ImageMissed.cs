using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing.Backfill;

namespace Pipeline.Functions.Triggers;

/// <summary>
/// An image lacks a record of its stored version, without an event to say so: it was there before the app, or before a model.
/// <c>./pipeline backfill</c> and the nightly <see cref="Reconcile"/> find such images and put them into a storage queue.
/// </summary>
public sealed class ImageMissed(BackfillWorker backfill)
{
    /// <summary>Embeds the image with the model that the message names.</summary>
    [Function("BackfillImage")]
    public Task IndexAsync(
        [QueueTrigger("image-backfill", Connection = "ImagesStorage")] string message, CancellationToken cancellationToken) =>
        backfill.RunAsync(message, cancellationToken);
}
