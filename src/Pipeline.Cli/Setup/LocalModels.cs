using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Cli.Terminal;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>The models of the checkout, for a command that runs them itself, without storage and function app.</summary>
internal static class LocalModels
{
    /// <summary>Makes them ready, says which are untrained, and opens them; each is loaded on first use.</summary>
    /// <param name="tree">The checkout.</param>
    /// <param name="console">Where to tell.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The models; the caller disposes of them.</returns>
    public static async Task<ModelSessions> OpenAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        await using (await SetupLock.AcquireAsync(tree, console, cancellationToken))
        {
            await TrainedModels.OfferAsync(tree, console, cancellationToken);
            IReadOnlyList<InstalledModel> models = await ModelInstallation.MakeReadyAsync(tree.Models, console, cancellationToken);
            UntrainedModels.Warn(models, console);
        }

        return new ModelSessions(
            ModelCatalogue.Default(), Options.Create(new ModelOptions { Folder = tree.Models }), NullLogger<ModelSessions>.Instance);
    }
}
