using Microsoft.Azure.WebJobs;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Starts functions on blobs, messages and timers.</summary>
internal sealed class TriggerListeners(JobHostRunner jobs, AppSettings settings, DirectCalls calls) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc cref="JobHostRunner.WebhookAsync"/>
    public Task<IAsyncConverter<HttpRequestMessage, HttpResponseMessage>> WebhookAsync(CancellationToken cancellationToken) =>
        jobs.WebhookAsync(cancellationToken);

    /// <summary>Begins to listen.</summary>
    /// <returns>Completes when it is stopped, or fails.</returns>
    /// <exception cref="HostFailure">A setting that a trigger names is missing or wrong.</exception>
    public Task Start(IReadOnlyCollection<FunctionDefinition> functions)
    {
        TimerListener[] timers =
        [
            .. functions
                .Where(function => function.Trigger is TimerTrigger)
                .Select(function => new TimerListener(
                    function.Name, (TimerTrigger)function.Trigger!, settings, calls.RunTimerAsync, TimeProvider.System)),
        ];
        return _running = Task.WhenAll([jobs.RunAsync(functions, _stop.Token), .. timers.Select(timer => timer.RunAsync(_stop.Token))]);
    }

    /// <summary>Starts no more functions, and waits for those that run.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        jobs.Dispose();
        _stop.Dispose();
    }
}
