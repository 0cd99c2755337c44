using System.Globalization;
using Azure.Storage.Blobs.Models;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Models;
using Pipeline.Storage;
using Spectre.Console;

namespace Pipeline.Cli.Demo;

/// <summary>Runs the whole pipeline from setup to a search, on its own temporary storage.</summary>
/// <param name="tree">The checkout.</param>
/// <param name="samples">The images; at least <see cref="Top"/>.</param>
/// <param name="console">The console.</param>
internal sealed class DemoRun(SourceTree tree, IReadOnlyList<Sample> samples, CommandConsole console)
{
    /// <summary>The number of similar images requested.</summary>
    public const int Top = 5;

    private const int ParallelUploads = 4;

    private readonly IReadOnlyList<ModelDefinition> _models = tree.Catalogue.Models;
    private readonly List<(string Stage, TimeSpan Took)> _stages = [];

    /// <param name="port">The app's port; null for a free one.</param>
    /// <param name="keep">Whether to keep serving until the command is interrupted.</param>
    /// <param name="cancellationToken">Stops everything that was started.</param>
    /// <exception cref="CommandFailure">A step failed, or the response is wrong.</exception>
    public async Task RunAsync(int? port, bool keep, CancellationToken cancellationToken)
    {
        if (port is { } chosen)
        {
            FreePort.Require(chosen);
        }

        string run = $"demo-{Guid.NewGuid().ToString("N")[..8]}";
        string data = Path.Combine(tree.State, run);
        string logs = Path.Combine(tree.Logs, run);
        bool failed = false;
        try
        {
            await TimedAsync("Setup", () => LocalSetup.MakeReadyAsync(tree, console, cancellationToken));
            await ServeAsync(port, keep, data, logs, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            failed = true;
            throw;
        }
        finally
        {
            Remove(data);
            if (!failed)
            {
                // After a failure the logs are kept.
                Remove(logs);
            }
        }
    }

    private async Task ServeAsync(int? port, bool keep, string data, string logs, CancellationToken cancellationToken)
    {
        int[] ports = FreePort.Find(4);
        LocalPipeline? started = null;
        await StageAsync("Starting storage and the function app", async _ =>
            started = await LocalPipeline.StartAsync(
                tree, data, ports[..3], new FunctionAppOptions(port ?? ports[3]), logs, cancellationToken));
        await using LocalPipeline pipeline = started!;
        await pipeline.WhileRunningAsync(stop => ShowAsync(pipeline, stop), cancellationToken);
        if (keep)
        {
            UpCommand.Describe(pipeline, tree, console);
            await pipeline.WhileRunningAsync(stop => Task.Delay(Timeout.Infinite, stop), cancellationToken);
        }
    }

    private async Task ShowAsync(LocalPipeline pipeline, CancellationToken cancellationToken)
    {
        string[] keys = [.. _models.Select(model => model.Key)];
        using var app = new AppClient(pipeline.App.Address);
        await StageAsync($"Uploading {samples.Count} images", progress => UploadAsync(pipeline, progress, cancellationToken));
        Sample query = samples[0];
        SimilarResponse? response = null;
        try
        {
            await StageAsync(
                "Embedding them with all models",
                progress => IndexingWait.RunAsync(app, samples, keys, progress, cancellationToken));
            await StageAsync(
                $"Searching for the {Top} most similar to {query.Name}",
                async _ => response = await app.FindSimilarAsync(query, Top, cancellationToken));
        }
        catch (CommandFailure failure)
        {
            throw pipeline.App.Process.Failure(failure.Message);
        }

        IReadOnlyList<string> errors = DemoChecks.ErrorsOf(response!, query.Name, keys, Top);
        if (keys.All(response!.Models.ContainsKey))
        {
            console.Line();
            console.Write(SimilarTable.Create(
                response, query.Name, key => _models.First(model => model.Key == key).Title));
        }

        if (errors.Count > 0)
        {
            throw pipeline.App.Process.Failure($"The response is wrong: {string.Join(" ", errors)}");
        }

        WriteTimes();
    }

    private async Task UploadAsync(LocalPipeline pipeline, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        int uploaded = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelUploads, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(samples, options, async (sample, stop) =>
        {
            await pipeline.Images.GetBlobClient(sample.Name).UploadAsync(
                sample.Path, new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = sample.ContentType } }, stop);
            int count = Interlocked.Increment(ref uploaded);
            progress.Report(new StageProgress((double)count / samples.Count, $"{count} of {samples.Count}"));
        });
    }

    private void WriteTimes()
    {
        Table table = new Table().AddColumn("stage").AddColumn(new TableColumn("seconds").RightAligned());
        foreach ((string stage, TimeSpan took) in _stages.Append(
            ("Together", _stages.Aggregate(TimeSpan.Zero, (sum, each) => sum + each.Took))))
        {
            table.AddRow(new Text(stage), new Text(took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)));
        }

        console.Write(table);
    }

    private async Task StageAsync(string title, Func<IProgress<StageProgress>, Task> work) =>
        _stages.Add((title, await console.StageAsync(title, work)));

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task TimedAsync(string title, Func<Task> work)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        await work();
        _stages.Add((title, System.Diagnostics.Stopwatch.GetElapsedTime(start)));
    }
}
