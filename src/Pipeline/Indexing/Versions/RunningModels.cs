using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Storage;

namespace Pipeline.Indexing.Versions;

/// <summary>Which versions of the models run.</summary>
/// <param name="Running">
/// Those of the app that started last, and those before them that respond to queries until these have embedded all images.
/// </param>
/// <param name="LastRan">By version, such as <c>vgg16-1ffd0a3b9c21</c>: when it was last known to run, or first found in the tables.</param>
internal sealed record RunningNote(IReadOnlyList<ModelVersion> Running, IReadOnlyDictionary<string, DateTimeOffset> LastRan)
{
    public static readonly RunningNote Empty = new([], new Dictionary<string, DateTimeOffset>());

    /// <summary>Those of the running versions that have embedded all images that the version before them had.</summary>
    public IReadOnlyList<ModelVersion> Complete { get; init; } = [];

    /// <summary>An app started.</summary>
    /// <param name="versions">The versions that it runs.</param>
    /// <param name="replaced">The versions before them, where they replaced one.</param>
    /// <param name="now">The time.</param>
    public RunningNote Started(IReadOnlyList<ModelVersion> versions, IReadOnlyList<ModelVersion> replaced, DateTimeOffset now)
    {
        ModelVersion[] complete = [.. Complete.Intersect(versions)];
        ModelVersion[] running = [.. versions, .. replaced.ExceptBy(complete.Select(version => version.Key), version => version.Key)];
        return Ran(running, now) with { Running = running, Complete = complete };
    }

    /// <summary>A version has embedded all images: the one before it is needed no more.</summary>
    public RunningNote Completed(ModelVersion version) => this with
    {
        Running = [.. Running.Where(running => running.Key != version.Key || running == version)],
        Complete = [.. Complete.Where(complete => complete.Key != version.Key), version],
    };

    /// <summary>These are known to run now.</summary>
    public RunningNote Ran(IReadOnlyList<ModelVersion> versions, DateTimeOffset now) => this with
    {
        LastRan = versions.Aggregate(new Dictionary<string, DateTimeOffset>(LastRan), (ran, version) =>
        {
            ran[$"{version}"] = now;
            return ran;
        }),
    };

    /// <summary>These are all that have rows: others are forgotten, and the time of those that are not known yet begins.</summary>
    public RunningNote Seen(IReadOnlyList<ModelVersion> versions, DateTimeOffset now) => this with
    {
        LastRan = versions.ToDictionary(version => $"{version}", version => LastRan.GetValueOrDefault($"{version}", now)),
    };
}

/// <summary>
/// The blob <c>models.json</c>, in which the app notes which versions of its models run. A command that has the account and nothing else
/// learns from it which rows to look for.
/// </summary>
/// <param name="container">The container of the app's own state.</param>
internal sealed class RunningModels(BlobContainerClient container)
{
    private const string Name = "models.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private readonly BlobClient _blob = container.GetBlobClient(Name);

    /// <summary>The versions that the app noted; null where no app ran with this account yet.</summary>
    /// <exception cref="InvalidDataException">The note cannot be read.</exception>
    public async Task<IReadOnlyList<ModelVersion>?> FindAsync(CancellationToken cancellationToken)
    {
        (RunningNote note, _) = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return note.Running.Count > 0 ? note.Running : null;
    }

    /// <summary>The running versions that have embedded all images.</summary>
    /// <exception cref="InvalidDataException">The note cannot be read.</exception>
    public async Task<IReadOnlyList<ModelVersion>> FindCompleteAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken).ConfigureAwait(false)).Note.Complete;

    /// <summary>Changes the note, on what others have written meanwhile if need be.</summary>
    /// <returns>The note as it is written.</returns>
    /// <exception cref="InvalidDataException">The note cannot be read.</exception>
    public async Task<RunningNote> UpdateAsync(Func<RunningNote, RunningNote> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            (RunningNote note, ETag? etag) = await ReadAsync(cancellationToken).ConfigureAwait(false);
            note = change(note);
            var conditions = etag is { } known
                ? new BlobRequestConditions { IfMatch = known }
                : new BlobRequestConditions { IfNoneMatch = ETag.All };
            try
            {
                await _blob.UploadAsync(
                    BinaryData.FromObjectAsJson(note, Options), new BlobUploadOptions { Conditions = conditions }, cancellationToken)
                    .ConfigureAwait(false);
                return note;
            }
            catch (RequestFailedException changed) when (
                changed.ErrorCode == BlobErrorCode.ConditionNotMet || changed.ErrorCode == BlobErrorCode.BlobAlreadyExists)
            {
                // Another instance started in the same moment.
            }
            catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                // It is there in Azure, where the identity may have no right to make one.
                await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<(RunningNote Note, ETag? ETag)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult downloaded = await _blob.DownloadContentAsync(cancellationToken).ConfigureAwait(false);
            RunningNote? note = downloaded.Content.ToObjectFromJson<RunningNote>(Options);
            return note is { Running: not null, LastRan: not null, Complete: not null }
                ? (note, downloaded.Details.ETag) : throw Unreadable(null);
        }
        catch (RequestFailedException missing) when (
            missing.ErrorCode == BlobErrorCode.BlobNotFound || missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return (RunningNote.Empty, null);
        }
        catch (JsonException exception)
        {
            throw Unreadable(exception);
        }
    }

    private InvalidDataException Unreadable(Exception? cause) => new(
        $"The blob '{Name}' in the container '{container.Name}' does not say which models run. Delete it and restart the app, which " +
        "writes it anew.",
        cause);
}
