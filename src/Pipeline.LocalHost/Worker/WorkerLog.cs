using System.Globalization;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Worker;

/// <summary>
/// Writes what the worker logs. A function's own entries get the category <c>Function.NAME.User</c> whatever theirs is, as on the real
/// host, so that host.json filters them in the same way. Entries that belong to no run (start-up code, hosted services) are written too;
/// the real host drops them.
/// </summary>
internal sealed class WorkerLog(ILoggerFactory logs)
{
    /// <param name="entry">The entry.</param>
    /// <param name="function">The function whose run it belongs to; null if it is unknown.</param>
    public void Write(RpcLog entry, string? function)
    {
        bool ofUser = entry.LogCategory == RpcLog.Types.Category.User;
        ILogger logger = logs.CreateLogger(function is not null && ofUser ? $"Function.{function}.User" : entry.Category);
        var level = (LogLevel)entry.Level;
        if (!logger.IsEnabled(level))
        {
            return;
        }

        EventId id = int.TryParse(entry.EventId, CultureInfo.InvariantCulture, out int number) ? number : new EventId(0, entry.EventId);
        string text = entry.Exception is { } exception
            ? $"{entry.Message}{Environment.NewLine}{FunctionFailure.Describe(exception)}"
            : entry.Message;
        logger.Log(level, id, text, null, static (text, _) => text);
    }
}
