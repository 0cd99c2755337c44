using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline models</c>: lists, fetches, adds, builds and verifies the models.</summary>
internal static class ModelsCommand
{
    public static Command Create(SourceTree tree, CommandConsole console) =>
        new("models", "The models in models/: pull, add, list, build, verify.")
        {
            ModelsPullCommand.Create(tree, console),
            ModelsAddCommand.Create(tree, console),
            CreateList(tree, console),
            CreateBuild(tree, console),
            CreateVerify(tree, console),
        };

    private static Command CreateList(SourceTree tree, CommandConsole console)
    {
        var command = new Command(
            "list", "Lists the models that come with the product and those that were added, without loading them.");
        command.SetAction(_ => List(tree, console));
        return command;
    }

    private static Command CreateBuild(SourceTree tree, CommandConsole console)
    {
        var seeded = new Option<bool>("--seeded")
        {
            Description =
                "Draw the weights of VGG16 and ResNet50 from a fixed seed. Such a model is untrained: it has full size and speed, but " +
                "its results mean nothing. ResNet-18 is built trained, from its package.",
        };
        var force = new Option<bool>("--force") { Description = "Also build models that exist already. Default: keep them." };
        Option<string> model = ModelOption.Create("Build only this model. Default: all.", () => ModelCatalogue.Default().Models);
        var precision = new PrecisionOptions();
        var command = new Command("build", "Writes the models as ONNX files into models/.") { seeded, force, model };
        precision.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(seeded) && !Chosen(result.GetValue(model)).All(ModelInstallation.IsPackaged))
            {
                result.AddError("Say where the weights come from: pass --seeded to draw them from a seed, or --model resnet18 for the " +
                    "one that comes trained with the packages. For the others trained, run ./pipeline models pull.");
            }
        });
        command.SetAction(async (parsed, stop) =>
        {
            await using (await SetupLock.AcquireAsync(tree, console, stop))
            {
                IReadOnlyList<ModelDefinition> chosen = Chosen(parsed.GetValue(model));
                foreach (IGrouping<bool, ModelDefinition> part in chosen.ToLookup(
                    item => parsed.GetValue(force) || precision.IsToReplace(parsed, item, tree.Models)))
                {
                    await ModelInstallation.BuildAsync([.. part], tree.Models, force: part.Key, console, stop);
                }

                await precision.ApplyAsync(parsed, chosen, parsed.GetValue(force), tree, console, stop);
            }

            return 0;
        });
        return command;

        static IReadOnlyList<ModelDefinition> Chosen(string? key) => ModelOption.Chosen(key, ModelCatalogue.Default().Models);
    }

    private static Command CreateVerify(SourceTree tree, CommandConsole console)
    {
        var command = new Command(
            "verify", "Reads every model's file and compares it with its checksum. Fails if one is missing or differs.");
        command.SetAction((_, stop) => VerifyAsync(tree, console, stop));
        return command;
    }

    private static int List(SourceTree tree, CommandConsole console)
    {
        Table table = new Table().AddColumns("key", "name", "weights", "precision", "fingerprint", "embedding", "file");
        foreach (ModelDefinition model in tree.Catalogue.Models)
        {
            foreach (string[] row in Describe(model, tree.Models))
            {
                table.AddRow(row.Select(cell => new Text(cell)));
            }
        }

        console.Write(table);
        return 0;
    }

    private static IEnumerable<string[]> Describe(ModelDefinition model, string folder)
    {
        InstalledModel[] installed;
        try
        {
            installed = Installed(model, folder);
        }
        catch (InvalidDataException)
        {
            return [[model.Key, model.Title, "damaged", "-", "-", "-", "see ./pipeline models verify"]];
        }

        return installed.Length == 0
            ? [[model.Key, model.Title, "not there", "-", "-", "-", GetIt(model)]]
            : installed.Select(file => new[]
            {
                file.Key,
                file.Definition.Title,
                file.Weights.ToJsonName(),
                file.Precision.ToJsonName(),
                file.Fingerprint.ToString(),
                string.Create(CultureInfo.InvariantCulture, $"{file.Definition.EmbeddingOutput}, {file.Definition.EmbeddingLength}"),
                Megabytes(file),
            });
    }

    private static string GetIt(ModelDefinition model) => ModelInstallation.IsPackaged(model)
        ? $"./pipeline models build --model {model.Key}"
        : "./pipeline models pull, or untrained: ./pipeline models build --seeded";

    // The file that search uses, and that of the study if it is another.
    private static InstalledModel[] Installed(ModelDefinition model, string folder) =>
    [
        .. new[] { InstalledModel.Find(model, folder), InstalledModel.FindFloat32(model, folder) }.OfType<InstalledModel>()
            .DistinctBy(file => file.Path),
    ];

    private static string Megabytes(InstalledModel model) => string.Create(
        CultureInfo.InvariantCulture, $"{SourceTree.Display(model.Path)}, {new FileInfo(model.Path).Length / 1e6:0} MB");

    private static async Task<int> VerifyAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        bool allWhole = true;
        foreach (ModelDefinition model in tree.Catalogue.Models)
        {
            try
            {
                InstalledModel[] installed = Installed(model, tree.Models);
                allWhole &= installed.Length > 0;
                if (installed.Length == 0)
                {
                    console.Line($"{model.Key}: not there. Get it: {GetIt(model)}");
                }

                foreach (InstalledModel file in installed)
                {
                    bool whole = false;
                    await console.StageAsync(
                        $"Reading {SourceTree.Display(file.Path)}", async _ => whole = await file.VerifyAsync(cancellationToken));
                    allWhole &= whole;
                    console.Line(whole
                        ? $"{model.Key}: whole" : $"{model.Key}: its bytes are not those that were built. {InstalledModel.RebuildAdvice}");
                }
            }
            catch (InvalidDataException damaged)
            {
                allWhole = false;
                console.Line($"{model.Key}: {damaged.Message}");
            }
        }

        return allWhole ? 0 : 1;
    }
}
