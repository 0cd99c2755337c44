using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NCrontab;
using Pipeline.LocalWorker.Hosting;

namespace Pipeline.LocalWorker.Timers;

/// <summary>Runs a timer function whenever its schedule says so, one run at a time.</summary>
internal sealed partial class TimerListener(
    Function function, TimerTriggerAttribute trigger, FunctionInvoker invoker, TimeProvider time, ILogger<TimerListener> logger)
    : BackgroundService
{
    // A timer cannot be set further ahead than this; a longer wait takes several turns.
    private static readonly TimeSpan MaxWait = TimeSpan.FromDays(1);

    private readonly CrontabSchedule _schedule = CrontabSchedule.TryParse(
        trigger.Schedule, new CrontabSchedule.ParseOptions { IncludingSeconds = true })
        ?? throw new InvalidOperationException(
            $"The schedule '{trigger.Schedule}' of the function '{function.Name}' is no NCRONTAB expression of six fields.");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (trigger.RunOnStartup)
        {
            await RunAsync(stoppingToken);
        }

        DateTime next = _schedule.GetNextOccurrence(time.GetUtcNow().UtcDateTime);
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan wait = next - time.GetUtcNow().UtcDateTime;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < MaxWait ? wait : MaxWait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            await RunAsync(stoppingToken);
            next = _schedule.GetNextOccurrence(time.GetUtcNow().UtcDateTime);
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            await invoker.InvokeAsync(function, parameter => Argument(parameter, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped in the middle; the next run is the one the schedule names.
        }
        catch (Exception exception)
        {
            // As on the host, a failed run is logged and the schedule goes on.
            LogFailed(exception, function.Name);
        }
    }

    private object? Argument(ParameterInfo parameter, CancellationToken stoppingToken) =>
        parameter.ParameterType == typeof(TimerInfo) ? new TimerInfo()
        : parameter.ParameterType == typeof(CancellationToken) ? stoppingToken
        : throw new InvalidOperationException(
            $"The parameter '{parameter.Name}' of the timer function '{function.Name}' can be TimerInfo or CancellationToken.");

    [LoggerMessage(Level = LogLevel.Error, Message = "Function '{Function}' failed")]
    private partial void LogFailed(Exception exception, string function);
}
