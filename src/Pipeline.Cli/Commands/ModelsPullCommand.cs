using System.CommandLine;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline models pull</c>: the models of the study, as Keras publishes them.</summary>
internal static class ModelsPullCommand
{
    public static Command Create(SourceTree tree, CommandConsole console)
    {
        var from = new Option<string>("--from")
        {
            Description = "Take the files from this folder or http(s) address, for example a mirror. Default: where Keras publishes them.",
            HelpName = "URL|DIR",
        };
        var noTop = new Option<bool>("--no-top")
        {
            Description =
                "Fetch the models without their dense layers, 154 MB instead of 656 MB: they find similar images but predict no classes.",
        };
        Option<string> model = ModelOption.Create(
            "Fetch only this model. Default: all that Keras publishes.", () => TrainedModels.Published);
        var force = new Option<bool>("--force") { Description = "Also fetch models that exist already. Default: keep them." };
        var labels = new Option<bool>("--labels")
        {
            Description = "Fetch only the names of the classes, 35 kB: without them, predictions have numbers.",
        };
        var command = new Command(
            "pull", "Fetches Keras' ImageNet weights and the names of the classes, checks them, and converts them to ONNX in models/.")
        {
            from, noTop, model, force, labels,
        };
        var precision = new PrecisionOptions();
        precision.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(labels) && (result.GetValue(noTop) || result.GetValue(force)
                || result.GetResult(model) is not null || result.GetResult(precision.Precision) is not null))
            {
                result.AddError("--labels fetches no model: leave out --no-top, --model, --force and --precision.");
            }
        });
        command.SetAction(async (parsed, stop) =>
        {
            using HttpClient client = WeightsClient.Create();
            var pull = new ModelPull(tree.Models, tree.Downloads, new WeightsDownload(client), console)
            {
                From = parsed.GetValue(from),
                WithTop = !parsed.GetValue(noTop),
                Force = parsed.GetValue(force),
                IsToReplace = item => precision.IsToReplace(parsed, item, tree.Models),
            };
            IReadOnlyList<ModelDefinition> chosen =
                parsed.GetValue(labels) ? [] : ModelOption.Chosen(parsed.GetValue(model), TrainedModels.Published);
            await using (await SetupLock.AcquireAsync(tree, console, stop))
            {
                await pull.RunAsync(chosen, PublishedFile.ImageNetClassIndex, stop);
                await precision.ApplyAsync(parsed, chosen, parsed.GetValue(force), tree, console, stop);
            }

            return 0;
        });
        return command;
    }
}
