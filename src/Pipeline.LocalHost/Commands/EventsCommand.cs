using System.CommandLine;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Events;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Commands;

/// <summary><c>events</c>: what Event Grid does in Azure, for any Functions host on this machine.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo> app = AppOption.Create();
        var host = new Option<Uri>("--host")
        {
            Description = "Where the Functions host of the app serves, such as http://127.0.0.1:7071.",
            HelpName = "URL",
            Required = true,
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
                {
                    return url;
                }

                result.AddError($"'{result.Tokens[0].Value}' is not the address of a host; it must be like http://127.0.0.1:7071.");
                return null;
            },
        };
        var command = new Command("events", "Reports new, overwritten and deleted blobs to a Functions host until Ctrl-C.") { app, host };
        command.SetAction((parsed, stop) => RunAsync(AppFolder.Open(parsed.GetValue(app)!), parsed.GetValue(host)!, stop));
        return command;
    }

    private static async Task RunAsync(AppFolder app, Uri host, CancellationToken stop)
    {
        AppSettings settings = AppSettings.OfThisProcess();
        settings.RequireStorage();
        using ILoggerFactory logs = HostLog.Create(app.HostJson);
        await LocalEvents.RunAsync(app, settings, host, logs, stop);
    }
}
