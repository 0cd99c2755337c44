using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Indexing;

/// <summary>
/// Takes over the tags that other tools set at a blob: those in its metadata as <c>tags</c>, separated by commas, and its index tags, of which
/// one with the value <c>true</c> or none is the tag <c>key</c>, any other <c>key=value</c>.
/// </summary>
public sealed partial class BlobTags(TagTable table, ILogger<BlobTags> logger)
{
    /// <summary>The metadata's name.</summary>
    public const string Metadata = "tags";

    /// <summary>
    /// Adopts a blob's own tags: what came there since it was looked at last is added to the image's tags, what went there is removed, and
    /// the others stay. Done by each model that embeds the image, the first of which finds something to do.
    /// </summary>
    internal async Task AdoptAsync(ImageId id, BlobClient blob, StoredImage image, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> ofBlob = Accepted(id, await ReadAsync(blob, image, cancellationToken).ConfigureAwait(false));
        TaggedImage? known = await table.FindAsync(id.Key, cancellationToken).ConfigureAwait(false);
        if (!ofBlob.SequenceEqual(known?.OfBlob ?? []))
        {
            await table.ChangeAsync(id, row => row.Adopt(ofBlob), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="TagTable.FindVersionAsync"/>
    internal Task<ETag?> FindVersionAsync(ImageId id, CancellationToken cancellationToken) => table.FindVersionAsync(id, cancellationToken);

    /// <inheritdoc cref="TagTable.RemoveAsync"/>
    internal Task RemoveAsync(ImageId id, ETag version, CancellationToken cancellationToken) =>
        table.RemoveAsync(id, version, cancellationToken);

    private async Task<List<string>> ReadAsync(BlobClient blob, StoredImage image, CancellationToken cancellationToken)
    {
        List<string> tags =
        [
            .. image.Metadata
                .Where(entry => entry.Key.Equals(Metadata, StringComparison.OrdinalIgnoreCase))
                .SelectMany(entry => entry.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
        ];
        if (image.IndexTags == 0)
        {
            return tags;
        }

        try
        {
            GetBlobTagResult index = await blob.GetTagsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            tags.AddRange(index.Tags.Select(
                entry => entry.Value is "" || entry.Value.Equals("true", StringComparison.OrdinalIgnoreCase)
                    ? entry.Key
                    : $"{entry.Key}={entry.Value}"));
        }
        catch (RequestFailedException denied) when (denied.Status is 403)
        {
            LogDenied(blob.Name);
        }

        return tags;
    }

    /// <summary>Those that are allowed: what is wrong with a tag is no reason not to embed the image.</summary>
    private IReadOnlyList<string> Accepted(ImageId id, List<string> tags)
    {
        List<string> accepted = [];
        foreach (string tag in tags)
        {
            try
            {
                accepted.Add(TagList.Parse(tag));
            }
            catch (InvalidTagException invalid)
            {
                LogLeftOut(id.Name, invalid.Message);
            }
        }

        if (accepted.Count > TagList.MaxCount)
        {
            LogLeftOut(id.Name, $"The blob has {accepted.Count} tags; the first {TagList.MaxCount} are taken.");
        }

        return TagList.Parse(accepted.Take(TagList.MaxCount));
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The index tags of {Name} cannot be read: the app's identity lacks the right to. Give it the role Storage Blob Data Owner")]
    private partial void LogDenied(string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A tag of the blob {Name} is left out. {Reason}")]
    private partial void LogLeftOut(string name, string reason);
}
