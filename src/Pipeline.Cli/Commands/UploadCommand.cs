using System.CommandLine;
using Pipeline.Cli.Connection;
using Pipeline.Cli.Images;
using Pipeline.Cli.Terminal;
using Pipeline.Cli.Upload;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline upload</c>: stores image files.</summary>
internal static class UploadCommand
{
    private const int SomeRefused = 1;

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Image files, and folders, whose image files are uploaded with those of the folders in them.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> prefix = FilterOptions.Prefix(
            "What the names begin with, such as holiday/. A name goes on with the file's path below the named folder.");
        Option<string[]> tags = FilterOptions.Tags("Give the images this tag; repeat it for several.");
        var overwrite = new Option<bool>("--overwrite")
        {
            Description = "Replace images of the same names. Default: they are left as they are, so that an interrupted upload goes on.",
        };
        var json = new Option<bool>("--json")
        {
            Description = "Write JSON to standard output, and messages to standard error. Default: a summary.",
        };
        var command = new Command("upload", "Stores images, which are then indexed by all models. Ends with 1 if some were refused.")
        {
            paths, prefix, tags, overwrite, json,
        };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            IReadOnlyList<UploadSource> sources = UploadSources.Find(parsed.GetRequiredValue(paths), parsed.GetValue(prefix) ?? "");
            var run = new UploadRun(client, parsed.GetValue(tags) ?? [], parsed.GetValue(overwrite));
            IReadOnlyList<UploadedFile> files = [];
            CommandConsole messages = parsed.GetValue(json) ? console.OnError() : console;
            await messages.StageAsync(
                sources.Count == 1 ? $"Uploading {sources[0].Name}" : $"Uploading {sources.Count} images",
                async progress => files = await run.RunAsync(sources, progress, stop));
            return Report(files, parsed.GetValue(json), console, messages);
        }));
        return command;
    }

    private static int Report(IReadOnlyList<UploadedFile> files, bool isJson, CommandConsole console, CommandConsole messages)
    {
        UploadedFile[] refused = [.. files.Where(file => file.Outcome == UploadOutcome.Refused)];
        foreach (UploadedFile file in refused)
        {
            messages.Error($"'{SourceTree.Display(file.Source.Path)}': {ShownText.OfLine(file.Reason!)}");
        }

        if (isJson)
        {
            console.Line(JsonReport.Write(new UploadReport(
                [.. files.Select(file => new UploadReportFile(
                    file.Source.Path, file.Source.Name, JsonNameOf(file.Outcome), file.Reason))])));
        }
        else
        {
            int skipped = files.Count(file => file.Outcome == UploadOutcome.Skipped);
            console.Line(
                $"{files.Count - skipped - refused.Length} uploaded" +
                (skipped > 0 ? $", {skipped} left as they are, because images of these names are stored (--overwrite replaces them)" : "") +
                (refused.Length > 0 ? $", {refused.Length} refused, see above" : "") + ".");
        }

        return refused.Length > 0 ? SomeRefused : 0;
    }

    private static string JsonNameOf(UploadOutcome outcome) => outcome switch
    {
        UploadOutcome.Uploaded => "uploaded",
        UploadOutcome.Skipped => "skipped",
        _ => "refused",
    };

    /// <summary>What <c>--json</c> writes.</summary>
    private sealed record UploadReport(IReadOnlyList<UploadReportFile> Files);

    private sealed record UploadReportFile(string Path, string Name, string Outcome, string? Reason);
}
