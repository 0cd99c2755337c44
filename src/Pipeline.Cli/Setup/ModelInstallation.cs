using Pipeline.Cli.Terminal;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>Builds, in the models folder, the models that need no download of their own.</summary>
internal static class ModelInstallation
{
    // A fixed seed, so that an untrained model and its fingerprint are the same on every machine.
    private const ulong Seed = 1;

    /// <summary>
    /// Makes sure that every model of the catalogue exists: the trained one from its package, the others, where they are missing, with
    /// weights drawn from the seed.
    /// </summary>
    /// <returns>All models of the folder, also added ones.</returns>
    public static async Task<IReadOnlyList<InstalledModel>> MakeReadyAsync(
        string folder, CommandConsole console, CancellationToken cancellationToken)
    {
        await BuildAsync(ModelCatalogue.Default().Models, folder, force: false, console, cancellationToken);
        return EnabledModels.Find(new ModelOptions { Folder = folder }, ModelCatalogue.Default());
    }

    /// <summary>Whether every model of the catalogue exists.</summary>
    /// <exception cref="InvalidDataException">One is damaged; the message says which.</exception>
    public static bool IsReady(string folder) =>
        ModelCatalogue.Default().Models.All(model => InstalledModel.Find(model, folder) is not null);

    /// <summary>Whether a model is built without drawing weights: its own come with the packages of this program.</summary>
    public static bool IsPackaged(ModelDefinition model) => model.Graph == "resnet18";

    public static async Task BuildAsync(
        IReadOnlyList<ModelDefinition> models, string folder, bool force, CommandConsole console, CancellationToken cancellationToken)
    {
        foreach (ModelDefinition model in models)
        {
            if (!force && InstalledModel.Find(model, folder) is { } installed)
            {
                console.Line($"{model.Title} is installed ({installed.Weights.ToJsonName()} weights, fingerprint {installed.Fingerprint})");
            }
            else if (IsPackaged(model))
            {
                await console.StageAsync($"Building {model.Title} from its package", _ =>
                    ResNet18.BuildAsync(model, ResNet18.Package, folder, cancellationToken));
            }
            else
            {
                await console.StageAsync($"Building {model.Title} with untrained weights", progress => ModelBuilder.BuildAsync(
                    model,
                    new ReportingWeights(new SeededWeights(Seed), model, withTop: true, progress),
                    withTop: true,
                    folder,
                    cancellationToken));
            }
        }
    }
}
