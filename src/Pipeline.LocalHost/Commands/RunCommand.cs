using System.CommandLine;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Commands;

/// <summary><c>run</c>: serves an app until a signal.</summary>
internal static class RunCommand
{
    private const string UsualAddress = "http://127.0.0.1:7071";

    public static Command Create(TextWriter output)
    {
        Option<DirectoryInfo> app = AppOption.Create();
        var urls = new Option<string>("--urls")
        {
            Description = "Where to serve: http, an address of this machine, a port; with port 0 any free one.",
            HelpName = "URL",
            DefaultValueFactory = _ => UsualAddress,
        };
        var events = new Option<bool>("--events")
        {
            Description = "Also tells the app of new, overwritten and deleted blobs, as Event Grid does in Azure.",
        };
        var remote = new Option<bool>("--allow-remote")
        {
            Description = "Lets --urls name an address that other machines reach. Functions are served without keys.",
        };
        var command = new Command("run", "Serves an app until Ctrl-C. Says 'Ready: URL' on its output once it does.") { app, urls, events, remote };
        command.Validators.Add(result =>
        {
            // A default is right by itself, and asking for a wrong value would throw.
            if (result.GetResult(urls) is { Implicit: false, Errors: { } errors }
                && !errors.Any()
                && ListenAddress.Fault(result.GetValue(urls)!, result.GetValue(remote)) is { } fault)
            {
                result.AddError(fault);
            }
        });
        command.SetAction((parsed, stop) => FunctionsHost.RunAsync(
            AppFolder.Open(parsed.GetValue(app)!),
            ListenAddress.Parse(parsed.GetValue(urls)!),
            parsed.GetValue(events),
            output,
            stop));
        return command;
    }
}
