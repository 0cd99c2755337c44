using Azure.Storage.Blobs.Models;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Tags;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>Describes stored images: their state by each model, their tags, and where they can be read.</summary>
public sealed class ImageStates(
    ModelSessions sessions, ISimilaritySearch search, FailureTable failures, TagIndex tags, ImageLinks links)
{
    // The host's Blobs extension takes slashes off both ends of a name before it looks for the blob, and then finds none or another.
    private const string SlashReason =
        "The name begins or ends with a slash, and the Functions host reports no such image to the app. Run ./pipeline backfill, or " +
        "store it under another name.";

    /// <summary>Describes images, in their order.</summary>
    internal async Task<IReadOnlyList<ListedImage>> DescribeAsync(IReadOnlyList<BlobFacts> blobs, CancellationToken cancellationToken)
    {
        TagSnapshot tagged = await tags.GetAsync(cancellationToken);
        ImageUrls urls = await links.FindAsync(cancellationToken);
        var listed = new ListedImage[blobs.Count];
        await Parallel.ForAsync(0, listed.Length, cancellationToken, async (i, stop) =>
        {
            BlobFacts blob = blobs[i];
            var id = new ImageId(ImagesContainer.DefaultName, blob.Name);
            var states = new Dictionary<string, ImageState>(StringComparer.Ordinal);
            foreach (InstalledModel model in sessions.Models)
            {
                states[model.Key] = await StateAsync(model, id, blob, stop);
            }

            listed[i] = new ListedImage(
                blob.Name,
                blob.Bytes,
                blob.LastModified,
                states,
                tagged.TagsOf(id.Key),
                urls.ContentOf(blob.Name),
                ImageUrls.ThumbnailOf(blob.Name));
        });
        return listed;
    }

    private async Task<ImageState> StateAsync(InstalledModel model, ImageId id, BlobFacts blob, CancellationToken cancellationToken)
    {
        if (await search.FindImageAsync(model, id, cancellationToken) is { } indexed && indexed.ImageETag.Trim('"') == blob.ETag)
        {
            return new ImageState(IndexingState.Indexed, null, indexed.EmbeddedAt);
        }

        // Everything but a listing writes an ETag with its quotes.
        if (await failures.FindAsync(model, id, $"\"{blob.ETag}\"", cancellationToken) is { } failure)
        {
            return new ImageState(IndexingState.Failed, failure.Reason, failure.FailedAt);
        }

        return blob.Name.StartsWith('/') || blob.Name.EndsWith('/')
            ? new ImageState(IndexingState.Failed, SlashReason, null)
            : new ImageState(IndexingState.Pending, PendingReason(blob), null);
    }

    /// <summary>Why no event may come of a blob; null where one will.</summary>
    private static string? PendingReason(BlobFacts blob) => blob switch
    {
        { Copy: CopyStatus.Pending } => StoredImage.CopyReason,
        { Kind: BlobType.Append or BlobType.Page } =>
            $"This is {(blob.Kind == BlobType.Append ? "an append" : "a page")} blob, and storage reports only that one was created, " +
            "not what is written to it. If it stays pending, upload the image as a block blob.",
        _ => null,
    };
}
