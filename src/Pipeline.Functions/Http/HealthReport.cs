using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>Whether the app can do its work. Anonymous, so it names no account and no address.</summary>
public sealed partial class HealthReport(
    BlobServiceClient storage, ModelSessions sessions, SimilaritySearch search, TimeProvider time, ILogger<HealthReport> logger)
{
    private static readonly TimeSpan StorageTimeout = TimeSpan.FromSeconds(3);

    public async Task<IResult> AnswerAsync(CancellationToken cancellationToken)
    {
        StorageHealth storageHealth = await AskStorageAsync(cancellationToken);
        var models = search.Indexes.ToDictionary(index => index.Model.Key, HealthOf);
        bool well = storageHealth is { Reachable: true, Denied: false } && models.Values.All(model => model.FailedAt is null);
        return TypedResults.Json(
            new HealthAnswer(well ? "ok" : "unavailable", storageHealth, models),
            statusCode: well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private ModelHealth HealthOf(SimilarityIndex index)
    {
        ModelState state = sessions.StateOf(index.Model);
        return new ModelHealth(
            state.Status == ModelStatus.Loaded,
            state.FailedAt,
            index.Model.Weights.ToJsonName(),
            index.Model.Fingerprint.ToString(),
            index.Count,
            index.Skipped,
            index.RefreshedAt is { } at ? (time.GetUtcNow() - at).TotalSeconds : null);
    }

    private async Task<StorageHealth> AskStorageAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StorageTimeout);
        try
        {
            await storage.GetBlobContainerClient(ImagesContainer.DefaultName).ExistsAsync(timeout.Token);
            return new StorageHealth(Reachable: true, Denied: false);
        }
        catch (Exception exception) when (StorageError.IsDenied(exception))
        {
            LogDenied(exception);
            return new StorageHealth(Reachable: true, Denied: true);
        }
        catch (Exception exception) when (
            StorageOutage.Is(exception) || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogUnreachable(exception);
            return new StorageHealth(Reachable: false, Denied: false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage cannot be reached")]
    private partial void LogUnreachable(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Storage refuses the app's identity")]
    private partial void LogDenied(Exception exception);
}

/// <summary>Status is ok; or unavailable while storage cannot be reached or refuses the app, or a model cannot be loaded.</summary>
internal sealed record HealthAnswer(string Status, StorageHealth Storage, IReadOnlyDictionary<string, ModelHealth> Models);

/// <summary>Denied: storage answers, and refuses the app's identity.</summary>
internal sealed record StorageHealth(bool Reachable, bool Denied);

/// <summary>
/// A model loads on first use; FailedAt is when its last load failed, null where none has or one succeeded since. Skipped counts
/// rows that cannot be read, which search leaves out. IndexAgeSeconds is null until the first query filled the index.
/// </summary>
internal sealed record ModelHealth(
    bool Loaded, DateTimeOffset? FailedAt, string Weights, string Fingerprint, int Images, int Skipped, double? IndexAgeSeconds);
