using Azure.Storage.Blobs;
using Pipeline.Storage;

namespace Pipeline.Cli.Hosting;

/// <summary>Storage and function app together.</summary>
internal sealed class LocalPipeline : IAsyncDisposable
{
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(2);

    private LocalPipeline(AzuriteProcess storage, FunctionAppProcess app, BlobContainerClient images)
    {
        Storage = storage;
        App = app;
        Images = images;
    }

    public AzuriteProcess Storage { get; }

    public FunctionAppProcess App { get; }

    /// <summary>The container of the indexed images; it exists.</summary>
    public BlobContainerClient Images { get; }

    /// <summary>Starts storage, then the app on it.</summary>
    /// <param name="tree">The checkout, with everything built.</param>
    /// <param name="data">The emulator's data folder.</param>
    /// <param name="storagePorts">For blobs, queues and tables.</param>
    /// <param name="app">How to start the app.</param>
    /// <param name="logs">Where the logs go.</param>
    /// <param name="cancellationToken">Stops what was started.</param>
    /// <exception cref="CommandFailure">One of them does not start.</exception>
    public static async Task<LocalPipeline> StartAsync(
        SourceTree tree, string data, int[] storagePorts, FunctionAppOptions app, string logs, CancellationToken cancellationToken)
    {
        AzuriteProcess storage = await AzuriteProcess.StartAsync(
            tree, data, storagePorts, Path.Combine(logs, "azurite.log"), cancellationToken);
        try
        {
            var images = new BlobContainerClient(storage.ConnectionString, ImagesContainer.DefaultName);
            await images.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            FunctionAppProcess started = await FunctionAppProcess.StartAsync(tree, app, storage.ConnectionString, logs, cancellationToken);
            return new LocalPipeline(storage, started, images);
        }
        catch
        {
            await storage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs work while both processes run.</summary>
    /// <exception cref="CommandFailure">One of them ended meanwhile; the message ends with its last output.</exception>
    public async Task WhileRunningAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task working = work(stop.Token);
        ChildProcess[] processes = [.. App.Processes, Storage.Process];
        Task ended = Task.WhenAny(processes.Select(process => process.Exited));
        await Task.WhenAny(working, ended);
        if (working.IsFaulted)
        {
            // A dead process breaks the connection of the work, perhaps before its end is noticed here.
            await Task.WhenAny(ended, Task.Delay(ExitTimeout, cancellationToken));
        }

        // Ctrl-C at a terminal reaches every program: then their end is not an error.
        if (!cancellationToken.IsCancellationRequested
            && Array.Find(processes, process => process.Exited.IsCompleted) is { } gone)
        {
            await stop.CancelAsync();
            await working.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
            throw gone.Failure($"{gone.Name} ended unexpectedly with exit code {await gone.Exited}.");
        }

        await working;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Storage.DisposeAsync();
    }
}
