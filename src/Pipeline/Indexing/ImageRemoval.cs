using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Storage.Thumbnails;

namespace Pipeline.Indexing;

/// <summary>
/// Removes what every model has of an image, and its thumbnails, once an event says that it was deleted and storage agrees.
/// </summary>
public sealed class ImageRemoval(ImagesContainer images, ServedModels models, ImageIndexer indexer, ThumbnailBlobs thumbnails)
{
    /// <summary>
    /// Checks the blob that an event names. Events come late, twice and out of order: one that is there keeps its records.
    /// </summary>
    /// <param name="message">The event, as <see cref="DeletionEvent.Read(string)"/> takes it.</param>
    /// <param name="cancellationToken">Ends the work early; what was done stays done.</param>
    /// <returns>Whether the blob is gone, and so no model has a record of it any more.</returns>
    /// <exception cref="InvalidDataException">The message is malformed, about another container, or about a name that no blob of it can
    /// have.</exception>
    public async Task<bool> RunAsync(string message, CancellationToken cancellationToken)
    {
        ImageId id = DeletionEvent.Read(message).Id;
        if (id.Container != images.Name)
        {
            throw new InvalidDataException(
                $"A message is about a blob of the container '{id.Container}'; only those of '{images.Name}' are indexed. " +
                "Let the event subscription filter by the container.");
        }

        bool gone = true;
        foreach (InstalledModel model in (await models.GetAsync(cancellationToken).ConfigureAwait(false)).Indexed)
        {
            gone &= await indexer.RemoveIfGoneAsync(model, id.Name, cancellationToken).ConfigureAwait(false);
        }

        if (gone)
        {
            await thumbnails.DeleteAsync(id, cancellationToken).ConfigureAwait(false);
        }

        return gone;
    }
}
