using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline models</c>: what is in the models folder, fetching it, building it, checking it.</summary>
internal static class ModelsCommand
{
    public static Command Create(SourceTree tree, CommandConsole console) =>
        new("models", "The networks in models/: pull, list, build, verify.")
        {
            ModelsPullCommand.Create(tree, console),
            CreateList(tree, console),
            CreateBuild(tree, console),
            CreateVerify(tree, console),
        };

    private static Command CreateList(SourceTree tree, CommandConsole console)
    {
        var command = new Command("list", "Shows each network of the catalogue and whether it is built, without loading it.");
        command.SetAction(_ => List(tree, console));
        return command;
    }

    private static Command CreateBuild(SourceTree tree, CommandConsole console)
    {
        var seeded = new Option<bool>("--seeded")
        {
            Description = "Draw the weights from a fixed seed. Such a network is untrained: it runs at full size and speed, its judgement means nothing.",
        };
        var force = new Option<bool>("--force") { Description = "Build also what is there already. Default: leave it." };
        Option<string> model = ModelOption.Create("Build only this network. Default: all.");
        var command = new Command("build", "Writes the networks as ONNX files into models/.") { seeded, force, model };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(seeded))
            {
                result.AddError("Say where the weights come from: --seeded draws them. Trained ones are fetched by ./pipeline models pull.");
            }
        });
        command.SetAction(async (parsed, stop) =>
        {
            await using (await SetupLock.AcquireAsync(tree, console, stop))
            {
                await ModelInstallation.BuildAsync(ModelOption.Chosen(parsed.GetValue(model)), tree.Models, parsed.GetValue(force), console, stop);
            }

            return 0;
        });
        return command;
    }

    private static Command CreateVerify(SourceTree tree, CommandConsole console)
    {
        var command = new Command("verify", "Reads every network's file and compares it with its checksum. Fails where one is missing or differs.");
        command.SetAction((_, stop) => VerifyAsync(tree, console, stop));
        return command;
    }

    private static int List(SourceTree tree, CommandConsole console)
    {
        Table table = new Table().AddColumns("key", "name", "weights", "fingerprint", "embedding", "file");
        foreach (ModelDefinition model in ModelCatalogue.Default().Models)
        {
            string embedding = string.Create(CultureInfo.InvariantCulture, $"{model.EmbeddingOutput}, {model.EmbeddingLength}");
            (string weights, string fingerprint, string file) = Describe(model, tree.Models);
            table.AddRow(new Text(model.Key), new Text(model.Title), new Text(weights), new Text(fingerprint), new Text(embedding), new Text(file));
        }

        console.Write(table);
        return 0;
    }

    private static (string Weights, string Fingerprint, string File) Describe(ModelDefinition model, string folder)
    {
        try
        {
            return InstalledModel.Find(model, folder) is { } installed
                ? (installed.Weights.ToJsonName(), installed.Fingerprint.ToString(), Megabytes(installed))
                : ("not built", "-", "./pipeline models build --seeded");
        }
        catch (InvalidDataException)
        {
            return ("damaged", "-", "./pipeline models build --seeded --force");
        }
    }

    private static string Megabytes(InstalledModel model) => string.Create(
        CultureInfo.InvariantCulture, $"{SourceTree.Shown(model.Path)}, {new FileInfo(model.Path).Length / 1e6:0} MB");

    private static async Task<int> VerifyAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        bool allWhole = true;
        foreach (ModelDefinition model in ModelCatalogue.Default().Models)
        {
            string verdict;
            try
            {
                verdict = InstalledModel.Find(model, tree.Models) is not { } installed
                    ? "not built. Build it: ./pipeline models build --seeded"
                    : await installed.VerifyAsync(cancellationToken)
                        ? "whole"
                        : "its bytes are not those that were built. Build it anew: ./pipeline models build --seeded --force";
            }
            catch (InvalidDataException damaged)
            {
                verdict = damaged.Message;
            }

            allWhole &= verdict == "whole";
            console.Line($"{model.Key}: {verdict}");
        }

        return allWhole ? 0 : 1;
    }
}
