using System.CommandLine;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Commands;

/// <summary><c>run</c>: serves an app until a signal.</summary>
internal static class RunCommand
{
    private const string DefaultAddress = "http://127.0.0.1:7071";

    public static Command Create(TextWriter output)
    {
        Option<DirectoryInfo> app = AppOption.Create();
        var urls = new Option<string>("--urls")
        {
            Description = "Where to serve, as http://ADDRESS:PORT with an address of this machine; port 0 is any free port.",
            HelpName = "URL",
            DefaultValueFactory = _ => DefaultAddress,
        };
        var events = new Option<bool>("--events")
        {
            Description = "Also reports new, overwritten and deleted blobs to the app, as Event Grid does in Azure.",
        };
        var remote = new Option<bool>("--allow-remote")
        {
            Description = "Allow --urls with an address that other machines can reach. Functions are served without keys.",
        };
        var command = new Command("run", "Serves an app until Ctrl-C. Prints 'Ready: URL' when it is ready.") { app, urls, events, remote };
        command.Validators.Add(result =>
        {
            // The default needs no check, and GetValue would throw for a value that cannot be parsed.
            if (result.GetResult(urls) is { Implicit: false, Errors: { } errors }
                && !errors.Any()
                && ListenAddress.ErrorOf(result.GetValue(urls)!, result.GetValue(remote)) is { } error)
            {
                result.AddError(error);
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
