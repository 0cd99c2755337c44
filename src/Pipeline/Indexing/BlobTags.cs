using System.Collections.Concurrent;
using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Indexing;

/// <summary>
/// Takes over the tags that other tools set at a blob: those in its metadata as <c>tags</c>, separated by commas, and its index tags, of which
/// one with the value <c>true</c> or none is the tag <c>key</c>, any other <c>key=value</c>.
/// </summary>
public sealed partial class BlobTags(ImagesContainer images, TagTable table, ILogger<BlobTags> logger)
{
    /// <summary>The metadata's name.</summary>
    public const string Metadata = "tags";

    // Rows that are read and written side by side.
    private const int Adopters = 8;

    /// <summary>
    /// Adopts a blob's own tags: what came there since it was looked at last is added to the image's tags, what went there is removed, and
    /// the others stay. Done by each model that embeds the image, the first of which finds something to do.
    /// </summary>
    /// <param name="id">The image.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="image">What was downloaded of it.</param>
    /// <param name="isNew">
    /// Whether the model has no row of an earlier version: then a blob without tags costs no look at what an earlier one had.
    /// </param>
    /// <param name="cancellationToken">Ends it early.</param>
    internal async Task AdoptAsync(ImageId id, BlobClient blob, StoredImage image, bool isNew, CancellationToken cancellationToken)
    {
        IDictionary<string, string> index = image.IndexTags == 0
            ? new Dictionary<string, string>()
            : await ReadIndexTagsAsync(blob, cancellationToken).ConfigureAwait(false);
        List<string> tags = Tags(image.Metadata, index);
        if (tags.Count > 0 || !isNew)
        {
            await AdoptAsync(id, tags, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Adopts the tags of all blobs as they are now: setting an index tag makes no new version of a blob, and no event reports it. 5,000 blobs
    /// a call, and a row is read for each that has tags.
    /// </summary>
    internal async Task AdoptAllAsync(CancellationToken cancellationToken)
    {
        var seen = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var adopters = new ParallelOptions { MaxDegreeOfParallelism = Adopters, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForEachAsync(images.ListTaggedAsync(cancellationToken), adopters, async (blob, stop) =>
            {
                var id = new ImageId(images.Name, blob.Name);
                if (Tags(blob.Metadata, blob.Tags) is { Count: > 0 } tags)
                {
                    seen[id.Key] = true;
                    await AdoptAsync(id, tags, stop).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
        }
        catch (RequestFailedException denied) when (denied.Status == (int)HttpStatusCode.Forbidden)
        {
            LogDenied(images.Name);
            return;
        }

        for (int bucket = 0; bucket < PartitionKeys.Buckets; bucket++)
        {
            await foreach (TaggedImage row in table.ReadBucketAsync(bucket, cancellationToken).ConfigureAwait(false))
            {
                if (row.OfBlob.Count > 0 && !seen.ContainsKey(row.Id.Key))
                {
                    await AdoptAsync(row.Id, [], cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task AdoptAsync(ImageId id, List<string> tags, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> ofBlob = Accepted(id, tags);
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

    private async Task<IDictionary<string, string>> ReadIndexTagsAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.GetTagsAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Value.Tags;
        }
        catch (RequestFailedException denied) when (denied.Status == (int)HttpStatusCode.Forbidden)
        {
            LogDenied(blob.Name);
            return new Dictionary<string, string>();
        }
    }

    private static List<string> Tags(IDictionary<string, string> metadata, IDictionary<string, string> index) =>
    [
        .. metadata
            .Where(entry => entry.Key.Equals(Metadata, StringComparison.OrdinalIgnoreCase))
            .SelectMany(entry => entry.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
        .. index.Select(
            entry => entry.Value is "" || entry.Value.Equals("true", StringComparison.OrdinalIgnoreCase)
                ? entry.Key
                : $"{entry.Key}={entry.Value}"),
    ];

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
        Message = "Index tags cannot be read of {Name}: the app's identity lacks the right to. Give it the role Storage Blob Data Owner")]
    private partial void LogDenied(string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A tag of the blob {Name} is left out. {Reason}")]
    private partial void LogLeftOut(string name, string reason);
}
