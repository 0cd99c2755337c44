using NCrontab;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Runs a timer function on its schedule, in UTC, one run at a time.</summary>
internal sealed class TimerListener
{
    // A timer cannot be set further ahead than some weeks, so a longer wait is split.
    private static readonly TimeSpan MaxWait = TimeSpan.FromDays(1);

    private readonly string _name;
    private readonly bool _runOnStartup;
    private readonly CrontabSchedule _schedule;
    private readonly Func<string, DateTime, DateTime, Task> _fire;
    private readonly TimeProvider _time;

    /// <param name="name">The function.</param>
    /// <param name="trigger">When it is due.</param>
    /// <param name="settings">The settings, which may hold the schedule.</param>
    /// <param name="fire">Runs a function by its name, with the times when it was due and when it is due next.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="HostFailure">The schedule is malformed.</exception>
    public TimerListener(
        string name, TimerTrigger trigger, AppSettings settings, Func<string, DateTime, DateTime, Task> fire, TimeProvider time)
    {
        (_name, _runOnStartup, _fire, _time) = (name, trigger.RunOnStartup, fire, time);
        string schedule = settings.Resolve(trigger.Schedule);
        _schedule = CrontabSchedule.TryParse(schedule, new CrontabSchedule.ParseOptions { IncludingSeconds = true })
            ?? throw new HostFailure(
                $"The schedule '{schedule}' of the function '{_name}' is not an NCRONTAB expression of six fields, such as 0 0 3 * * *.");
    }

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (_runOnStartup)
        {
            await FireAsync(Now);
        }

        DateTime next = _schedule.GetNextOccurrence(Now);
        while (!stop.IsCancellationRequested)
        {
            TimeSpan wait = next - Now;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < MaxWait ? wait : MaxWait, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            await FireAsync(next);
            next = _schedule.GetNextOccurrence(Now);
        }
    }

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    private Task FireAsync(DateTime due) => _fire(_name, due, _schedule.GetNextOccurrence(Now));
}
