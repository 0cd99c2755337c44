using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>Puts models into the models folder.</summary>
internal static class ModelInstallation
{
    // One seed for all: an untrained model is the same on every machine, and so is its fingerprint.
    private const ulong Seed = 1;

    /// <summary>Sees to it that every model of the catalogue is there; those that are not are drawn from the seed.</summary>
    public static async Task<IReadOnlyList<InstalledModel>> MakeReadyAsync(
        string folder, CommandConsole console, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelDefinition> models = ModelCatalogue.Default().Models;
        await BuildAsync(models, folder, force: false, console, cancellationToken);
        return [.. models.Select(model => InstalledModel.Find(model, folder)!)];
    }

    public static async Task BuildAsync(
        IReadOnlyList<ModelDefinition> models, string folder, bool force, CommandConsole console, CancellationToken cancellationToken)
    {
        foreach (ModelDefinition model in models)
        {
            if (!force && InstalledModel.Find(model, folder) is { } installed)
            {
                console.Line($"{model.Title} is there ({installed.Weights.ToJsonName()} weights, fingerprint {installed.Fingerprint})");
                continue;
            }

            await console.StageAsync($"Building {model.Title} with untrained weights", progress =>
                ModelBuilder.BuildAsync(
                    model, new ReportingWeights(new SeededWeights(Seed), model, withTop: true, progress), withTop: true, folder, cancellationToken));
        }
    }
}
