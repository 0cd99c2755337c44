using Pipeline.Cli.Terminal;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>Prepares everything that storage and the function app need.</summary>
internal static class LocalSetup
{
    public static async Task MakeReadyAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        IReadOnlyList<InstalledModel> models;
        await using (await SetupLock.AcquireAsync(tree, console, cancellationToken))
        {
            await AzuriteInstallation.MakeReadyAsync(tree, console, cancellationToken);
            await DotnetBuild.RunAsync(tree, tree.Local, "the function app and its host", console, cancellationToken);
            await TrainedModels.OfferAsync(tree, console, cancellationToken);
            models = await ModelInstallation.MakeReadyAsync(tree.Models, console, cancellationToken);
        }

        UntrainedModels.Warn(models, console);
    }
}
