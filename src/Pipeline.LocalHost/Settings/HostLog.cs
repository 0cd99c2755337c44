using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.LocalHost.Settings;

/// <summary>The host's log: lines on standard output, filtered by host.json as the real host does.</summary>
internal static class HostLog
{
    // The logs of this host's own libraries rarely help an app's developer; host.json can enable them.
    private static readonly string[] Quiet =
        ["Azure", "Grpc", "Microsoft.AspNetCore", "Microsoft.Azure.WebJobs", "Microsoft.Extensions", "Microsoft.Hosting", "Yarp", "Host"];

    public static ILoggerFactory Create(HostJson host) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(LogLevel.Information);
        foreach (string category in Quiet)
        {
            logging.AddFilter(category, LogLevel.Warning);
        }

        // A copy of each failed run, which the real host sends to Application Insights.
        logging.AddFilter("Host.Results", LogLevel.None);

        // A server that cannot start also throws, and that error is reported to the user.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        // The output of a function is for people, although its category is one of the host.
        logging.AddFilter(Worker.WorkerProcess.ConsoleCategory, LogLevel.Information);
        foreach ((string category, LogLevel level) in host.LogLevels)
        {
            if (category.Equals("default", StringComparison.OrdinalIgnoreCase))
            {
                logging.SetMinimumLevel(level);
            }
            else
            {
                logging.AddFilter(category, level);
            }
        }

        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
    });
}
