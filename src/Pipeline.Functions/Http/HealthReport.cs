using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Pipeline.Embeddings;
using Pipeline.Models;
using Pipeline.Search;

namespace Pipeline.Functions.Http;

/// <summary>Whether the app can do its work. Anonymous, so it names no account and no address.</summary>
public sealed class HealthReport(BlobServiceClient storage, ModelSessions sessions, SimilaritySearch search, TimeProvider time)
{
    private static readonly TimeSpan StorageTimeout = TimeSpan.FromSeconds(3);

    public async Task<IResult> AnswerAsync(CancellationToken cancellationToken)
    {
        bool reachable = await IsStorageReachableAsync(cancellationToken);
        var models = search.Indexes.ToDictionary(
            index => index.Model.Key,
            index => new ModelHealth(
                sessions.StateOf(index.Model).Status == ModelStatus.Loaded,
                index.Model.Weights.ToJsonName(),
                index.Model.Fingerprint.ToString(),
                index.Count,
                index.RefreshedAt is { } at ? (time.GetUtcNow() - at).TotalSeconds : null));
        var answer = new HealthAnswer(reachable ? "ok" : "unavailable", new StorageHealth(reachable), models);
        return TypedResults.Json(answer, statusCode: reachable ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private async Task<bool> IsStorageReachableAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StorageTimeout);
        try
        {
            await storage.GetBlobContainerClient(EmbeddingsServices.ImagesContainer).ExistsAsync(timeout.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception) when (StorageOutage.Is(exception))
        {
            return false;
        }
    }
}

/// <summary>Status is ok, or unavailable while storage cannot be reached.</summary>
internal sealed record HealthAnswer(string Status, StorageHealth Storage, IReadOnlyDictionary<string, ModelHealth> Models);

internal sealed record StorageHealth(bool Reachable);

/// <summary>A model loads on first use; IndexAgeSeconds is null until the first query filled the index.</summary>
internal sealed record ModelHealth(bool Loaded, string Weights, string Fingerprint, int Images, double? IndexAgeSeconds);
