using System.CommandLine;
using Azure.Storage.Sas;
using Pipeline.Cli.Accounts;
using Pipeline.Cli.Backfill;
using Pipeline.Cli.Connection;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Indexing.Backfill;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline up</c>: runs storage and the function app until Ctrl-C, and keeps the data.</summary>
internal static class UpCommand
{
    // Azurite's default; with it, tools find the emulator by UseDevelopmentStorage=true.
    private const int DefaultStoragePort = 10000;

    private static readonly TimeSpan UploadAddressLifetime = TimeSpan.FromDays(7);

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Option<int?> port = PortOption.Create(FunctionAppProcess.DefaultPort);
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "The folder for the data of storage; created if missing. Default: .pipeline/data.",
            HelpName = "DIR",
        };
        var host = new Option<FunctionsHost>("--host")
        {
            Description = "What runs the functions: local needs nothing installed, func is Azure Functions Core Tools.",
            DefaultValueFactory = _ => FunctionsHost.Local,
        };
        var trace = new Option<bool>("--trace") { Description = "Also print the app's log with its spans and metrics." };
        var command = new Command("up", "Starts storage and the function app, and serves until Ctrl-C. Data is kept for the next start.")
        {
            port, data, host, trace,
        };
        command.SetAction((parsed, stop) => RunAsync(
            tree,
            new FunctionAppOptions(
                parsed.GetValue(port) ?? FunctionAppProcess.DefaultPort,
                parsed.GetValue(host),
                parsed.GetValue(trace) ? Console.Out : null),
            parsed.GetValue(data)?.FullName ?? Path.Combine(tree.State, "data"),
            console,
            stop));
        return command;
    }

    private static async Task<int> RunAsync(
        SourceTree tree, FunctionAppOptions app, string data, CommandConsole console, CancellationToken cancellationToken)
    {
        FreePort.Require(app.Port);
        if (app.Host == FunctionsHost.Func)
        {
            // Checked before minutes of setup, because it may not be installed.
            CoreTools.Find();
        }

        await LocalSetup.MakeReadyAsync(tree, console, cancellationToken);
        int[] storagePorts = FreePort.Prefer(DefaultStoragePort, 3);
        LocalPipeline? started = null;
        await console.StageAsync("Starting storage and the function app", async _ =>
            started = await LocalPipeline.StartAsync(
                tree, data, storagePorts, app, Path.Combine(tree.Logs, $"up-{app.Port}"), cancellationToken));
        await using LocalPipeline pipeline = started!;
        var account = new BackfillAccount(
            await ImagesAccount.OpenAsync(pipeline.Storage.ConnectionString, cancellationToken), tree);
        if (await account.Comparison.FindGapAsync(account.Installed(), cancellationToken) is { Missing: > 0 } gap)
        {
            console.Line($"{gap}: ./pipeline backfill. Those uploaded since the last start are indexed without it.");
        }

        using IDisposable announcement = new RunningApp(tree).Announce(pipeline.App.Address);
        Describe(pipeline, tree, console);
        await pipeline.WhileRunningAsync(stop => Task.Delay(Timeout.Infinite, stop), cancellationToken);
        return 0;
    }

    /// <summary>Prints addresses and example calls.</summary>
    public static void Describe(LocalPipeline pipeline, SourceTree tree, CommandConsole console)
    {
        string api = new Uri(pipeline.App.Address, "api").ToString();
        string query = pipeline.Images.GenerateSasUri(
            BlobContainerSasPermissions.Write | BlobContainerSasPermissions.Create | BlobContainerSasPermissions.Delete,
            DateTimeOffset.UtcNow + UploadAddressLifetime).Query;
        string image = Demo.Samples.Find(tree.Samples).Select(sample => SourceTree.Display(sample.Path)).FirstOrDefault() ?? "image.jpg";
        console.Line();
        console.Line($"The function app answers at {api}");
        console.Line($"The emulator's connection string: {pipeline.Storage.ConnectionString}");
        console.Line();
        console.Line($"Look at the images in a browser: {api}/gallery");
        console.Line();
        console.Line("Try:");
        console.Line($"  curl {api}/health");
        console.Line($"  curl -T {image} -H 'x-ms-blob-type: BlockBlob' '{pipeline.Images.Uri}/first.jpg{query}'");
        console.Line($"  curl {api}/images");
        console.Line($"  curl --data-binary @{image} -H 'Content-Type: application/octet-stream' '{api}/similar?top=5'");
        console.Line($"  curl '{api}/similar/first.jpg?top=5'");
        console.Line();
        console.Line("Ctrl-C stops both.");
    }
}
