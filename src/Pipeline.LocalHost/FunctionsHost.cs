using Pipeline.LocalHost.Events;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Triggers;
using Pipeline.LocalHost.Worker;

namespace Pipeline.LocalHost;

/// <summary>The whole host: worker, triggers, HTTP front and, where asked for, events.</summary>
internal static class FunctionsHost
{
    /// <summary>Serves an app until it is stopped, and says so on the output once it does.</summary>
    /// <exception cref="HostFailure">It cannot start or go on.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before it served.</exception>
    public static async Task RunAsync(AppFolder app, ListenAddress address, bool events, TextWriter output, CancellationToken stop)
    {
        AppSettings settings = AppSettings.OfThisProcess();
        settings.RequireStorage();
        using ILoggerFactory logs = HostLog.Create(app.HostJson);
        await using RpcServer rpc = await RpcServer.StartAsync(logs);
        var workers = new WorkerSupervisor(app, rpc, logs);
        var calls = new FunctionCalls(workers, logs);

        // Each part is stopped before those above it: what brings work goes first, the worker, which does it, last.
        await using var worker = new Running(workers.RunAsync);
        await using var direct = new DirectCalls(workers, calls, settings);
        await using var triggers = new TriggerListeners(new JobHostRunner(app, settings, workers, logs), settings, direct);
        await using HttpFront front = await HttpFront.StartAsync(address, app.HostJson, workers, calls, direct, triggers, logs);

        Task<WorkerInstance> first = workers.FirstAsync(stop);
        await await Task.WhenAny(first, worker.Ended);
        Task listening = triggers.Start((await first).Functions.Values);
        await using Running? telling = events ? new Running(token => LocalEvents.RunAsync(app, settings, front.Address, logs, token)) : null;
        await output.WriteLineAsync($"Ready: {front.Address.GetLeftPart(UriPartial.Authority)}");

        await await Task.WhenAny(
            worker.Ended,
            listening,
            telling?.Ended ?? listening,
            Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default));
    }
}
