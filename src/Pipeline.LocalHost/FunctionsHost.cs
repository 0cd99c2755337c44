using Pipeline.LocalHost.Events;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Triggers;
using Pipeline.LocalHost.Worker;

namespace Pipeline.LocalHost;

/// <summary>The whole host: worker, triggers, HTTP front and, if requested, events.</summary>
internal static class FunctionsHost
{
    /// <summary>Serves an app until it is stopped; writes a line to the output when it is ready.</summary>
    /// <exception cref="HostFailure">It cannot start or continue.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before it was ready.</exception>
    public static async Task RunAsync(AppFolder app, ListenAddress address, bool events, TextWriter output, CancellationToken stop)
    {
        AppSettings settings = AppSettings.OfThisProcess();
        settings.RequireStorage();
        using ILoggerFactory logs = HostLog.Create(app.HostJson);
        await using RpcServer rpc = await RpcServer.StartAsync(logs);
        var workers = new WorkerSupervisor(app, rpc, logs);
        var calls = new FunctionCalls(workers, logs);

        // Each part is stopped before those above it: first the parts that bring work, last the worker that does it.
        await using var worker = new Running(workers.RunAsync);
        await using var direct = new DirectCalls(workers, calls, settings);
        await using var triggers = new TriggerListeners(new JobHostRunner(app, settings, workers, logs), settings, direct);
        await using HttpFront front = await HttpFront.StartAsync(address, app.HostJson, workers, calls, direct, triggers, logs);

        Task<WorkerInstance> first = workers.FirstAsync(stop);
        await await Task.WhenAny(first, worker.Ended);
        Task listening = triggers.Start((await first).Functions.Values);
        await using Running? localEvents = events ? new Running(
            token => LocalEvents.RunAsync(app, settings, front.Address, logs, token)) : null;
        await output.WriteLineAsync($"Ready: {front.Address.GetLeftPart(UriPartial.Authority)}");

        await await Task.WhenAny(
            worker.Ended,
            listening,
            localEvents?.Ended ?? listening,
            Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default));
    }
}
