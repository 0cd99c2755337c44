using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Functions.OpenApi;
using Pipeline.Indexing.Backfill;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Functions.Endpoints;

public sealed partial class Health(
    BlobServiceClient storage,
    ModelSessions sessions,
    ServedModels served,
    ISimilaritySearch search,
    BackfillMonitor backfill,
    ILogger<Health> logger)
{
    private static readonly TimeSpan StorageTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Whether the app can do its work: models, index, storage. Anonymous, so it names no account and no address.</summary>
    [Operation("App")]
    [Responds(200, "The app can do its work.", Json = typeof(HealthResponse))]
    [Responds(503, "Storage does not respond or refuses the app, or a model cannot be loaded.", Json = typeof(HealthResponse))]
    [Function(nameof(Health))]
    public async Task<JsonHttpResult<HealthResponse>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health")] HttpRequest request)
    {
        Task<BackfillHealth?> backfillHealth = backfill.FindAsync(request.HttpContext.RequestAborted);
        var index = new Dictionary<string, IndexState>(StringComparer.Ordinal);
        StorageHealth storageHealth = await AskStorageAsync(index, request.HttpContext.RequestAborted);
        var models = sessions.Models.ToDictionary(model => model.Key, model => HealthOf(model, index.GetValueOrDefault(model.Key)));
        bool isOk = storageHealth is { Reachable: true, Denied: false } && models.Values.All(model => model.FailedAt is null);
        return TypedResults.Json(
            new HealthResponse(isOk ? HealthStatus.Ok : HealthStatus.Unavailable, storageHealth, models, await backfillHealth),
            statusCode: isOk ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private InstalledModel ServingFor(InstalledModel model) =>
        served.Latest?.Serving.FirstOrDefault(serving => serving.Key == model.Key) ?? model;

    private ModelHealth HealthOf(InstalledModel model, IndexState index)
    {
        InstalledModel serving = ServingFor(model);
        ModelState state = sessions.StateOf(model);
        return new ModelHealth(
            state.Status == ModelStatus.Loaded,
            state.FailedAt,
            model.Weights,
            model.Precision,
            model.Figures,
            model.Fingerprint.ToString(),
            serving == model ? null : serving.Fingerprint.ToString(),
            index.Count,
            index.Skipped,
            index.Age?.TotalSeconds);
    }

    /// <param name="index">Takes what is stored by each model, as far as storage says so.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<StorageHealth> AskStorageAsync(Dictionary<string, IndexState> index, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StorageTimeout);
        try
        {
            // In memory this asks nobody, so it is known also while storage is away.
            foreach (InstalledModel model in sessions.Models)
            {
                index[model.Key] = await search.FindStateAsync(ServingFor(model), timeout.Token);
            }

            await storage.GetBlobContainerClient(ImagesContainer.DefaultName).ExistsAsync(timeout.Token);
            return new StorageHealth(Reachable: true, Denied: false);
        }
        catch (Exception exception) when (StorageError.IsDenied(exception))
        {
            LogDenied(exception);
            return new StorageHealth(Reachable: true, Denied: true);
        }
        catch (Exception exception) when (
            StorageOutage.Is(exception)
            || exception is DatabaseException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
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
