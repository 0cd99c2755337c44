using Azure.Storage.Blobs;
using Pipeline.Models;

namespace Pipeline.Embeddings;

/// <summary>Removes what every model has of a picture, once an event says that it was deleted and storage agrees.</summary>
public sealed class ImageRemoval(BlobContainerClient images, ModelSessions sessions, ImageIndexer indexer)
{
    /// <summary>Looks at the blob that an event names. Events come late, twice and out of order: one that is there keeps its records.</summary>
    /// <param name="message">The event, as <see cref="DeletionEvent.Read(string)"/> takes it.</param>
    /// <param name="cancellationToken">Ends the work early; what was done stays done.</param>
    /// <returns>Whether the blob is gone, and so no model has a record of it any more.</returns>
    /// <exception cref="InvalidDataException">The message is malformed or about another container.</exception>
    public async Task<bool> RunAsync(string message, CancellationToken cancellationToken)
    {
        ImageId id = DeletionEvent.Read(message).Id;
        if (id.Container != images.Name)
        {
            throw new InvalidDataException(
                $"A message is about a blob of the container '{id.Container}'; only those of '{images.Name}' are indexed. " +
                "Let the event subscription filter by the container.");
        }

        // An address loses its '..' before it is asked for: such a name would lead out of the container.
        BlobClient blob = images.GetBlobClient(id.Name);
        var address = new BlobUriBuilder(blob.Uri);
        if (address.BlobContainerName != images.Name || address.BlobName != id.Name)
        {
            throw new InvalidDataException("A message names a blob that cannot be: its name leads out of the container.");
        }

        bool gone = true;
        foreach (InstalledModel model in sessions.Models)
        {
            gone &= await indexer.RemoveIfGoneAsync(model.Key, blob, cancellationToken).ConfigureAwait(false);
        }

        return gone;
    }
}
