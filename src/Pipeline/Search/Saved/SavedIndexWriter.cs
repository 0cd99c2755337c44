using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Pipeline.Models;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Search.Saved;

/// <summary>
/// Saves an index, so that a new instance need not read the whole table. Files of a segment never change; a saving writes those of what is new
/// and then a manifest that names all, so it costs what has changed, and one that is interrupted leaves the one before as it was.
/// </summary>
/// <param name="blobs">The files.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes what was saved.</param>
internal sealed partial class SavedIndexWriter(IndexBlobs blobs, TimeProvider time, ILogger<SavedIndexWriter> logger)
{
    /// <summary>
    /// How long files are kept of a segment that was replaced: instances that began with it read vectors from them until they have all.
    /// </summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>Saves what an index holds.</summary>
    /// <param name="model">The model.</param>
    /// <param name="content">The index, which has codes.</param>
    /// <param name="last">What the last saving consists of; null where there is none, or none that can be read.</param>
    /// <param name="leaseId">The lease of the manifest.</param>
    /// <param name="cancellationToken">Ends it early; the saving before stays.</param>
    public async Task SaveAsync(
        InstalledModel model, IndexSnapshot content, SavedManifest? last, string leaseId, CancellationToken cancellationToken)
    {
        var version = ModelVersion.Of(model);
        var known = (last?.Segments ?? []).ToDictionary(segment => segment.Name, StringComparer.Ordinal);
        var saved = new List<SavedSegment>();
        int written = 0;
        foreach (Segment segment in content.Segments)
        {
            if (segment.Origin.SavedAs is { } name && known.TryGetValue(name, out SavedSegment? there))
            {
                saved.Add(there with { Live = LiveOf(segment) });
                continue;
            }

            saved.Add(await WriteAsync(version, content, segment, cancellationToken).ConfigureAwait(false));
            segment.Origin.SavedAs = saved[^1].Name;
            written += segment.Count;
        }

        DateTimeOffset now = time.GetUtcNow();
        RetiredSegment[] retired =
        [
            .. (last?.Retired ?? []).Where(segment => now - segment.At < Kept),
            .. known.Keys.Except(saved.Select(segment => segment.Name)).Select(name => new RetiredSegment(name, now)),
        ];
        var manifest = new SavedManifest(
            Guid.NewGuid().ToString("N"),
            $"{version}",
            model.Definition.EmbeddingLength,
            content.Coder!.Space.ToBytes(),
            content.Position.Highest,
            [.. content.Position.Seen],
            time.GetElapsedTime(content.ReadAt).TotalSeconds,
            content.Skipped,
            saved,
            retired);
        await blobs.WriteAsync(version, SavedManifest.FileName, manifest.ToFile(), leaseId, cancellationToken).ConfigureAwait(false);
        LogSaved(model.Key, content.Count, written, saved.Count);
        await DeleteOthersAsync(version, manifest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the last saving once more, as what the index is now: nothing has changed since.</summary>
    /// <param name="model">The model.</param>
    /// <param name="last">The last saving.</param>
    /// <param name="leaseId">The lease of the manifest.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public Task ConfirmAsync(
        InstalledModel model, SavedManifest last, string leaseId, CancellationToken cancellationToken) =>
        blobs.WriteAsync(
            ModelVersion.Of(model),
            SavedManifest.FileName,
            (last with { AgeSeconds = 0 }).ToFile(),
            leaseId,
            cancellationToken);

    private async Task<SavedSegment> WriteAsync(
        ModelVersion version, IndexSnapshot content, Segment segment, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMddHHmmss}-{Guid.NewGuid():N}");
        int dimension = content.Coder!.Space.Dimension;
        int rowBytes = dimension * sizeof(float);
        var checksums = new uint[segment.Count];
        await blobs.WriteAsync(
            version, $"{name}.vectors", (long)segment.Count * rowBytes, rowBytes, FillAsync, cancellationToken).ConfigureAwait(false);
        var file = SegmentFile.Of(segment, dimension, checksums);
        var hashes = new UInt128[IndexBlobs.CountParts(file.Length)];
        await blobs.WriteAsync(
            version,
            $"{name}.segment",
            file.Length,
            1,
            (offset, bytes, _) =>
            {
                file.CopyTo(offset, bytes.Span);
                hashes[offset / IndexBlobs.PartLength] = SavedSegment.HashOf(bytes.Span);
                return Task.CompletedTask;
            },
            cancellationToken).ConfigureAwait(false);
        return new SavedSegment(name, segment.Count, file.Length, hashes, LiveOf(segment));

        async Task FillAsync(long offset, Memory<byte> bytes, CancellationToken stop)
        {
            int first = (int)(offset / rowBytes);
            StoredVector[] vectors = segment.Vectors.Slice(first, bytes.Length / rowBytes).ToArray();
            await VectorStore.FetchAsync(vectors, stop).ConfigureAwait(false);
            Copy(vectors, first, bytes.Span);
        }

        void Copy(StoredVector[] vectors, int first, Span<byte> bytes)
        {
            Span<float> rows = MemoryMarshal.Cast<byte, float>(bytes);
            for (int i = 0; i < vectors.Length; i++)
            {
                Span<float> row = rows.Slice(i * dimension, dimension);
                content.Vectors.Read(vectors[i], row).CopyTo(row);
                checksums[first + i] = SavedVectors.Checksum(MemoryMarshal.AsBytes(row));
            }
        }
    }

    private async Task DeleteOthersAsync(ModelVersion version, SavedManifest manifest, CancellationToken cancellationToken)
    {
        var kept = manifest.Segments.Select(segment => segment.Name).Concat(manifest.Retired.Select(segment => segment.Name))
            .ToHashSet(StringComparer.Ordinal);
        await foreach (string file in blobs.ListAsync(version, cancellationToken).ConfigureAwait(false))
        {
            // Whoever has the lease is the only one that writes, so what is in no manifest is of a saving that was interrupted.
            if (file != SavedManifest.FileName && !kept.Contains(Path.GetFileNameWithoutExtension(file)))
            {
                await blobs.DeleteAsync(version, file, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static byte[] LiveOf(Segment segment) => MemoryMarshal.AsBytes(segment.Live.Span).ToArray();

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The index of {Model}, {Images} images in {Segments} segments, was saved; {Written} of them were written")]
    private partial void LogSaved(string model, int images, int written, int segments);
}
