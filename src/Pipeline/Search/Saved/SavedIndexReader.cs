using System.Runtime.InteropServices;
using Azure;
using Microsoft.Extensions.Logging;
using Pipeline.Models;
using Pipeline.Search.Codes;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Search.Saved;

/// <summary>
/// Reads saved indexes. What is missing, cut, damaged or of another version is refused: the table has everything, and takes longer to read.
/// </summary>
/// <param name="blobs">The files.</param>
/// <param name="room">Which vectors the disk has room for.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes why an index was refused.</param>
internal sealed partial class SavedIndexReader(IndexBlobs blobs, VectorRoom room, TimeProvider time, ILogger<SavedIndexReader> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private int _reading;

    /// <summary>Waits until no index is being read: vectors that are fetched ahead would slow that down.</summary>
    public async Task WhenQuietAsync()
    {
        while (Volatile.Read(ref _reading) > 0)
        {
            await Task.Delay(Pause, time).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a model's saved index.</summary>
    /// <param name="model">The model.</param>
    /// <param name="store">Where its vectors will be.</param>
    /// <param name="refusedId">A saving that turned out to be damaged, or null.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Null where there is none that can be used; the log says why.</returns>
    public async Task<SavedIndex?> TryReadAsync(
        InstalledModel model, VectorStore store, string? refusedId, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reading);
        try
        {
            return await ReadAsync(model, store, refusedId, cancellationToken).ConfigureAwait(false);
        }
        catch (SavedIndexException refused)
        {
            LogRefused(model.Key, refused.Message);
        }
        catch (Exception exception) when (exception is RequestFailedException || StorageOutage.Is(exception))
        {
            LogUnreadable(model.Key, exception);
        }
        finally
        {
            Interlocked.Decrement(ref _reading);
        }

        return null;
    }

    /// <summary>An index is no longer read: others may have its room on the disk.</summary>
    public void Release(SavedIndex saved) => room.Return(saved.Room);

    /// <summary>What the last saving consists of; null where nothing was saved.</summary>
    /// <exception cref="SavedIndexException">It cannot be read.</exception>
    public async Task<(SavedManifest Manifest, TimeSpan Age)?> FindManifestAsync(
        InstalledModel model, CancellationToken cancellationToken)
    {
        var version = ModelVersion.Of(model);
        ReadBlob? file = await blobs.FindAsync(version, SavedManifest.FileName, cancellationToken).ConfigureAwait(false);

        // A lease needs a file, so an empty one comes before the first saving.
        if (file is null || file.Content.ToMemory().IsEmpty)
        {
            return null;
        }

        return SavedManifest.FromFile(file.Content) is { } manifest && manifest.Version == $"{version}"
            && manifest.Dimension == model.Definition.EmbeddingLength
                ? (manifest, file.Age + TimeSpan.FromSeconds(manifest.AgeSeconds))
                : throw new SavedIndexException("its manifest is damaged, or of another version of the product");
    }

    private async Task<SavedIndex?> ReadAsync(
        InstalledModel model, VectorStore store, string? refusedId, CancellationToken cancellationToken)
    {
        long now = time.GetTimestamp();
        if (await FindManifestAsync(model, cancellationToken).ConfigureAwait(false) is not var (manifest, age) || manifest.Id == refusedId)
        {
            return null;
        }

        CodeSpace space = SpaceOf(manifest);
        long bytes = manifest.Segments.Sum(segment => (long)segment.Images) * manifest.Dimension * sizeof(float);
        var files = new List<SegmentFile>();
        foreach (SavedSegment saved in manifest.Segments)
        {
            files.Add(await ReadFileAsync(model, saved, space, cancellationToken).ConfigureAwait(false));
        }

        long taken = room.TryTake(bytes) ? bytes : 0;
        var segments = new Segment[files.Count];
        var vectors = new SavedVectors[segments.Length];
        for (int i = 0; i < segments.Length; i++)
        {
            SavedSegment saved = manifest.Segments[i];
            SegmentFile file = files[i];
            vectors[i] = new SavedVectors(ReaderOf(model, saved), manifest.Dimension, file.Checksums, store, hasRoom: taken > 0);
            SavedVectors source = vectors[i];
            segments[i] = Segment.Restore(
                file.Images,
                [.. Enumerable.Range(0, saved.Images).Select(row => new StoredVector(manifest.Dimension, source, row))],
                file.Codes,
                file.Scalars,
                MemoryMarshal.Cast<byte, ulong>(saved.Live).ToArray(),
                new SegmentOrigin(saved.Name));
        }

        long readAt = now - (long)(age.TotalSeconds * time.TimestampFrequency);
        var content = new IndexSnapshot(readAt, segments, new SegmentCoder(space, store), store, manifest.Skipped)
        {
            Position = manifest.Position,
            SavedId = manifest.Id,
        };
        int images = content.Count;
        double seconds = time.GetElapsedTime(now).TotalSeconds;
        LogRead(model.Key, images, seconds, age);
        return new SavedIndex(manifest.Id, content, vectors, taken);
    }

    private async Task<SegmentFile> ReadFileAsync(
        InstalledModel model, SavedSegment saved, CodeSpace space, CancellationToken cancellationToken)
    {
        var version = ModelVersion.Of(model);
        string name = $"{saved.Name}.segment";
        byte[] header = new byte[SegmentFile.HeaderLength];
        if (await blobs.TryReadAsync(version, name, 0, header, cancellationToken).ConfigureAwait(false)
            && SegmentFile.TryCreate(header, saved.Bytes, out SegmentFile file)
            && file.Images.Count == saved.Images
            && file.Dimension == space.Dimension
            && file.Codes.Length == saved.Images * space.Words
            && saved.Live.Length == (saved.Images + 63) / 64 * sizeof(ulong)
            && saved.Hashes.Length == IndexBlobs.CountParts(saved.Bytes)
            && await blobs.TryReadAsync(version, name, saved.Bytes, Take, cancellationToken).ConfigureAwait(false))
        {
            return file;
        }

        throw Refused();

        // Hashed here, a part is still in the processor's cache, and others are on their way meanwhile.
        void Take(long offset, ReadOnlyMemory<byte> bytes)
        {
            if (SavedSegment.HashOf(bytes.Span) != saved.Hashes[offset / IndexBlobs.PartLength])
            {
                throw Refused();
            }

            file.CopyFrom(offset, bytes.Span);
        }

        SavedIndexException Refused() =>
            new($"its file {name} is gone, cut, damaged, or of another version of the product");
    }

    private ReadSaved ReaderOf(InstalledModel model, SavedSegment saved) => async (offset, bytes, stop) =>
    {
        string name = $"{saved.Name}.vectors";
        if (!await blobs.TryReadAsync(ModelVersion.Of(model), name, offset, bytes, stop).ConfigureAwait(false))
        {
            throw new SavedIndexException($"its file {name} is gone or cut");
        }
    };

    private static CodeSpace SpaceOf(SavedManifest manifest)
    {
        try
        {
            return CodeSpace.FromBytes(manifest.Space) is var space && space.Dimension == manifest.Dimension
                ? space
                : throw new SavedIndexException("its codes are of another length");
        }
        catch (ArgumentException noSpace)
        {
            throw new SavedIndexException("its codes are of no known kind", noSpace);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The saved index of {Model}, {Images} images, was read in {Seconds:0.0} s; it is {Age} old")]
    private partial void LogRead(string model, int images, double seconds, TimeSpan age);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The saved index of {Model} is not used: {Reason}. The table is read, and the next saving is whole")]
    private partial void LogRefused(string model, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The saved index of {Model} cannot be read; the table is read instead")]
    private partial void LogUnreadable(string model, Exception exception);
}
