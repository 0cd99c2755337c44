using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Host.Config;
using Microsoft.Azure.WebJobs.Host.Executors;
using Microsoft.Azure.WebJobs.Host.Timers;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Worker;

namespace Pipeline.LocalHost.Triggers;

/// <summary>
/// Keeps the WebJobs SDK listening for blobs and messages. If storage is unavailable, at the start or later, it starts again once storage
/// is back. Retries and poison queues are those of the SDK.
/// </summary>
internal sealed partial class JobHostRunner(
    AppFolder app, AppSettings settings, WorkerSupervisor workers, ILoggerFactory logs) : IDisposable
{
    // Functions that run at the stop may finish within this time.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(15);

    // A start, or a restart after an outage of storage, takes less.
    private static readonly TimeSpan WebhookLimit = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _abort = new();
    private readonly ILogger _logger = logs.CreateLogger<JobHostRunner>();
    private volatile TaskCompletionSource<IAsyncConverter<HttpRequestMessage, HttpResponseMessage>> _webhook = NewSource();

    /// <summary>The receiver of blob events, once a job host runs.</summary>
    /// <exception cref="TimeoutException">No job host runs for some seconds.</exception>
    public Task<IAsyncConverter<HttpRequestMessage, HttpResponseMessage>> WebhookAsync(CancellationToken cancellationToken) =>
        _webhook.Task.WaitAsync(WebhookLimit, cancellationToken);

    /// <summary>Listens until it is stopped; functions that run then may finish.</summary>
    /// <exception cref="HostFailure">A connection of a trigger is not set; thrown at once.</exception>
    public Task RunAsync(IReadOnlyCollection<FunctionDefinition> functions, CancellationToken stop) =>
        RunAsync(functions, new StorageWait(settings, functions, _logger), stop);

    private async Task RunAsync(IReadOnlyCollection<FunctionDefinition> functions, StorageWait storage, CancellationToken stop)
    {
        Type jobs = JobFunctionsType.Emit(functions);
        while (await storage.ReachedAsync(stop))
        {
            var broken = new ListenerError();
            using IHost host = Build(jobs, broken, out BlobWebhookHandler webhook);
            try
            {
                await host.StartAsync(stop);
                _webhook.SetResult(webhook.Handler);
                int count = functions.Count(function => function.Trigger is BlobTrigger or QueueTrigger);
                LogListening(count);
                await Task.WhenAny(broken.Happened, Task.Delay(Timeout.Infinite, stop));
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                broken.Report(exception);
            }
            finally
            {
                _webhook = NewSource();
            }

            if (broken.Happened.IsCompleted)
            {
                storage.Lost(await broken.Happened);
            }

            if (stop.IsCancellationRequested)
            {
                _abort.CancelAfter(ShutdownTimeout);
            }

            await StopAsync(host);
        }
    }

    public void Dispose() => _abort.Dispose();

    private static TaskCompletionSource<IAsyncConverter<HttpRequestMessage, HttpResponseMessage>> NewSource() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task StopAsync(IHost host)
    {
        try
        {
            await host.StopAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            // Its listeners may need the storage that is unavailable; the messages that they had taken become visible again by themselves.
            LogStopFailed(exception);
        }
    }

    private IHost Build(Type jobs, ListenerError broken, out BlobWebhookHandler webhook)
    {
        var handler = new BlobWebhookHandler();
        webhook = handler;
        HostJson json = app.HostJson;
        return new HostBuilder()
            .UseContentRoot(app.Path)
            .ConfigureAppConfiguration(configuration => configuration.AddConfiguration(settings.Configuration))
            .ConfigureWebJobs(web => web
                .AddAzureStorageCoreServices()
                .AddAzureStorageBlobs(blobs =>
                {
                    blobs.MaxDegreeOfParallelism = json.MaxDegreeOfParallelism;
                    blobs.PoisonBlobThreshold = json.PoisonBlobThreshold;
                })
                .AddAzureStorageQueues(queues =>
                {
                    queues.BatchSize = json.QueueBatchSize;
                    queues.NewBatchThreshold = json.QueueNewBatchThreshold ?? queues.NewBatchThreshold;
                    queues.MaxDequeueCount = json.QueueMaxDequeueCount;
                    queues.VisibilityTimeout = json.QueueVisibilityTimeout;
                    queues.MaxPollingInterval = json.QueueMaxPollingInterval;
                    queues.MessageEncoding = json.QueueMessageEncoding;
                }))
            .ConfigureServices(services =>
            {
                services.AddSingleton(logs);
                services.AddSingleton<IJobRunner>(new JobRunner(workers, _abort.Token));
                services.AddSingleton<IHostLifetime, NoLifetime>();
                services.AddSingleton<ITypeLocator>(new JobTypes(jobs));
                services.AddSingleton<IHostIdProvider>(new HostId(settings.HostId));
                services.AddSingleton<IWebJobsExceptionHandler>(broken);
#pragma warning disable CS0618 // The SDK marks this as not for general use; it is meant for hosts, such as this one.
                services.AddSingleton<IWebHookProvider>(handler);
#pragma warning restore CS0618
            })
            .Build();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Listening for {Count} functions that blobs or messages start")]
    private partial void LogListening(int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The listeners did not stop cleanly")]
    private partial void LogStopFailed(Exception exception);

    /// <summary>The type that holds the functions.</summary>
    private sealed class JobTypes(Type type) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => [type];
    }

    /// <summary>The id in the names of this host's queues, locks and files.</summary>
    private sealed class HostId(string id) : IHostIdProvider
    {
        public Task<string> GetHostIdAsync(CancellationToken cancellationToken) => Task.FromResult(id);
    }
}
