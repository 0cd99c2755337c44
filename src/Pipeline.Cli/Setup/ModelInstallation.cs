using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>Builds models in the models folder.</summary>
internal static class ModelInstallation
{
    // A fixed seed, so that an untrained model and its fingerprint are the same on every machine.
    private const ulong Seed = 1;

    /// <summary>Makes sure that every model of the catalogue exists; missing ones are drawn from the seed.</summary>
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
                console.Line($"{model.Title} is installed ({installed.Weights.ToJsonName()} weights, fingerprint {installed.Fingerprint})");
                continue;
            }

            await console.StageAsync($"Building {model.Title} with untrained weights", progress =>
                ModelBuilder.BuildAsync(
                    model, new ReportingWeights(
                        new SeededWeights(Seed), model, withTop: true, progress), withTop: true, folder, cancellationToken));
        }
    }
}
