using Pipeline.Models;

namespace Pipeline.Cli.Deploy;

/// <summary>A model to deploy.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Version">Its fingerprint. It is part of its blobs' names, so that the content under a name never changes.</param>
/// <param name="Path">Its ONNX file.</param>
internal sealed record ModelFiles(string Key, string Version, string Path)
{
    /// <summary>The files to upload and the names of their blobs. The manifest comes last: a model with a manifest is complete.</summary>
    public IReadOnlyList<(string File, string Blob)> Uploads =>
    [
        (Path, $"{Key}-{Version}.onnx"),
        (System.IO.Path.ChangeExtension(Path, ".manifest.json"), $"{Key}-{Version}.manifest.json"),
    ];

    /// <summary>The models to deploy: those that were chosen, or all in the models folder.</summary>
    /// <exception cref="CommandFailure">There is none, or one cannot be deployed.</exception>
    public static IReadOnlyList<ModelFiles> Find(Deployment deployment)
    {
        IReadOnlyList<ModelDefinition> known = ModelCatalogue.Default().WithAddedIn(deployment.Models).Models;
        string[] unknown = [.. deployment.Options.Models.Except(known.Select(model => model.Key))];
        if (unknown.Length > 0)
        {
            throw new CommandFailure(
                $"--models names '{string.Join(", ", unknown)}'; there are: {string.Join(", ", known.Select(model => model.Key))}.");
        }

        ModelDefinition[] chosen =
        [
            .. known.Where(model => deployment.Options.Models.Count > 0
                ? deployment.Options.Models.Contains(model.Key)
                : InstalledModel.Find(model, deployment.Models) is not null),
        ];
        deployment.Runner.Require(
            chosen.Length > 0,
            $"there is no model in {deployment.Models}.",
            "./pipeline models build --model resnet18 for the one that comes trained, ./pipeline models pull for VGG16 and ResNet50.");
        return [.. chosen.Select(model => Find(model, deployment))];
    }

    private static ModelFiles Find(ModelDefinition model, Deployment deployment)
    {
        InstalledModel? installed = InstalledModel.Find(model, deployment.Models);
        string file = System.IO.Path.Combine(deployment.Models, $"{model.Key}.onnx");
        deployment.Runner.Require(installed is not null, $"there is no {file} with its manifest.", InstalledModel.RebuildAdvice);
        deployment.Runner.Require(
            deployment.Options.AllowUntrained || installed?.Weights != WeightsOrigin.Untrained,
            $"{file} has untrained weights: search results would mean nothing.",
            "./pipeline models pull --force, --models resnet18 to deploy without it, or --allow-untrained to try the deployment out.");
        return new ModelFiles(model.Key, installed?.Fingerprint.ToString() ?? $"${model.Key}_fingerprint", file);
    }
}
