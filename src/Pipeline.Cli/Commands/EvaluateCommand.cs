using System.CommandLine;
using Pipeline.Cli.Evaluate;
using Pipeline.Cli.Terminal;
using Pipeline.Evaluation;
using Pipeline.Imaging;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline evaluate</c>: how well the models find images of a group, and altered copies.</summary>
internal static class EvaluateCommand
{
    private const int DefaultCopies = 100;
    private const int MaxCopies = 10_000;

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        var images = new Argument<DirectoryInfo>("DIR")
        {
            Description = "A folder with images in one folder per group: all images below birds/ belong together.",
        };
        images.AcceptExistingOnly();
        var groups = new Option<FileInfo>("--groups")
        {
            Description = "A CSV file with the lines name,group, where a name is a path from DIR. Images that it leaves out are " +
                "distractors. Default: the folders are the groups.",
            HelpName = "FILE.csv",
        };
        groups.AcceptExistingOnly();
        Option<string> model = ModelOption.Create("Evaluate only this model. Default: all models.", () => tree.Catalogue.Models);
        Option<int?> copies = NumberOption.Create(
            "--copies",
            0,
            MaxCopies,
            $"Of how many images altered copies are made and searched, {CopyVariant.All.Count} each; 0 leaves that part out, " +
            $"{MaxCopies} is the most. Default: {DefaultCopies}.");
        var folder = new Option<DirectoryInfo>("-o")
        {
            Description = "The folder for the report and the embeddings; created if missing. A run that was interrupted continues there. " +
                "Default: a folder named after DIR, such as photos-evaluation.",
            HelpName = "OUT",
        };
        folder.Aliases.Add("--output");
        var json = new Option<bool>(
            "--json") { Description = "Write JSON to standard output, too, and messages to standard error. Default: tables." };
        var command = new Command(
            "evaluate",
            "Measures how well each model, and the fused list, find images of the same group and altered copies: mAP, recall, precision, " +
            "silhouette, and the cosine at which wrong images begin. " +
            $"Writes {EvaluationCommandRun.HtmlName}, {EvaluationCommandRun.JsonName} and {EvaluationCommandRun.CsvName}.")
        {
            images, groups, model, copies, folder, json,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var limits = new ImageLimits();
            DirectoryInfo source = parsed.GetRequiredValue(images);
            bool asJson = parsed.GetValue(json);
            var run = new EvaluationCommandRun(
                source.Name,
                EvaluationFolder.Find(source.FullName, parsed.GetValue(groups)?.FullName, limits),
                parsed.GetValue(copies) ?? DefaultCopies,
                parsed.GetValue(model),
                parsed.GetValue(folder)?.FullName ?? Path.GetFullPath($"{source.Name}-evaluation"));
            await run.RunAsync(tree, limits, asJson ? console.OnError() : console, asJson ? console : null, stop);
            return 0;
        });
        return command;
    }
}
