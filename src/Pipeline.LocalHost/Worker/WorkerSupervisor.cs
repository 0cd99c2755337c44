using System.Diagnostics;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Worker;

/// <summary>Keeps a worker running: one that dies is replaced, until they die too often.</summary>
internal sealed partial class WorkerSupervisor(AppFolder app, RpcServer rpc, ILoggerFactory logs)
{
    private const int MostDeaths = 3;
    private static readonly TimeSpan DeathWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(100);

    private readonly ILogger _logger = logs.CreateLogger("Worker");
    private volatile TaskCompletionSource<WorkerInstance> _ready = NewSource();

    /// <summary>The worker that runs; between two workers, the next one.</summary>
    /// <exception cref="TimeoutException">There is none within half a minute.</exception>
    public Task<WorkerInstance> ReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(ReadyLimit, cancellationToken);

    /// <summary>The first worker, however long it takes.</summary>
    public Task<WorkerInstance> FirstAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>Starts workers until it is stopped; then it waits for the end of the last one.</summary>
    /// <exception cref="HostFailure">The worker cannot be started, or dies again and again; the message has its last lines.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        WorkerConfig config = WorkerConfig.Read(app);
        var deaths = new Queue<long>();
        for (bool first = true; !stop.IsCancellationRequested; first = false)
        {
            string id = Guid.NewGuid().ToString();
            Task<WorkerChannel> calling = rpc.Service.ExpectAsync(id);
            await using WorkerProcess process = WorkerProcess.Start(
                app, config, rpc.Address, id, logs.CreateLogger(WorkerProcess.ConsoleCategory));
            LogStarted(process.Id);
            (bool loaded, string death) = await ServeAsync(process, calling, stop);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            deaths.Enqueue(Stopwatch.GetTimestamp());
            while (Stopwatch.GetElapsedTime(deaths.Peek()) > DeathWindow)
            {
                deaths.Dequeue();
            }

            if (first && !loaded)
            {
                throw Failure($"The worker cannot start: {death}", process);
            }

            if (deaths.Count >= MostDeaths)
            {
                throw Failure($"The worker ended {MostDeaths} times within a minute; the last time, {death}", process);
            }

            LogDied(death);
            await Task.Delay(deaths.Count * Backoff, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs a worker until it ends or the host stops.</summary>
    /// <returns>Whether its functions were loaded, and how it ended, as the second half of a sentence.</returns>
    private async Task<(bool Loaded, string Death)> ServeAsync(WorkerProcess process, Task<WorkerChannel> calling, CancellationToken stop)
    {
        WorkerInstance worker;
        try
        {
            worker = await LoadAsync(process, calling, stop);
        }
        catch (WorkerLostException)
        {
            await process.EndAsync(TimeSpan.Zero);
            return (false, $"it ended with exit code {await process.Exited} before its functions were loaded.");
        }
        catch (OperationCanceledException)
        {
            return (false, $"its functions were not loaded within {StartLimit.TotalSeconds:0} seconds.");
        }
        catch (Exception exception) when (exception is FunctionFailure or InvalidDataException)
        {
            return (false, exception.Message);
        }

        await using (worker)
        {
            LogLoaded(worker.Functions.Count, process.Id);
            _ready.SetResult(worker);
            await Task.WhenAny(worker.Channel.Closed, process.Exited, Task.Delay(Timeout.Infinite, stop));
            if (!stop.IsCancellationRequested)
            {
                // At once, so that calls from now on wait for the next worker.
                _ready = NewSource();
                await worker.Ended;
            }
        }

        return (true, $"it ended with exit code {await process.Exited}.");
    }

    private async Task<WorkerInstance> LoadAsync(WorkerProcess process, Task<WorkerChannel> calling, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(StartLimit);
        await Task.WhenAny(calling, process.Exited, Task.Delay(Timeout.Infinite, limit.Token));
        limit.Token.ThrowIfCancellationRequested();
        return calling.IsCompleted
            ? await WorkerInstance.LoadAsync(app, process, await calling, limit.Token)
            : throw new WorkerLostException();
    }

    private static TaskCompletionSource<WorkerInstance> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static HostFailure Failure(string message, WorkerProcess process)
    {
        string[] said = [.. process.LastLines.Select(line => $"  | {line}")];
        string[] heading = said.Length == 0 ? [] : ["The last lines of the worker:"];
        return new HostFailure(string.Join(Environment.NewLine, [message, .. heading, .. said]));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The worker starts (process {Process})")]
    private partial void LogStarted(int process);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} functions are loaded (process {Process})")]
    private partial void LogLoaded(int count, int process);

    [LoggerMessage(Level = LogLevel.Error, Message = "The worker is started again: {Death}")]
    private partial void LogDied(string death);
}
