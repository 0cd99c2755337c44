using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by the clock.</summary>
/// <param name="schedule">NCRONTAB expression of six fields, seconds first, in UTC.</param>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>NCRONTAB expression.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Whether the host remembers the last run. The stand-in does not: what was due while it was down is not made up for.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function runs at every start too.</summary>
    public bool RunOnStartup { get; set; }
}

/// <summary>What a timer function is told.</summary>
public class TimerInfo
{
    /// <summary>Past and coming runs; null where no monitor keeps them.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run is late.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>Past and coming runs of a timer.</summary>
public class ScheduleStatus
{
    /// <summary>The last run.</summary>
    public DateTime Last { get; set; }

    /// <summary>The next run.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was written.</summary>
    public DateTime LastUpdated { get; set; }
}
