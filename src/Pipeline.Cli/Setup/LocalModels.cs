using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Cli.Terminal;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>Opens the models of the checkout for commands that run them directly, without storage and function app.</summary>
internal static class LocalModels
{
    /// <summary>Prepares the models, warns about untrained ones, and opens them; each is loaded on first use.</summary>
    /// <param name="tree">The checkout.</param>
    /// <param name="console">The console.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The models; the caller disposes of them.</returns>
    public static async Task<ModelSessions> OpenAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        // Nothing is written if all are there, so a read-only checkout that was set up before needs no lock.
        if (!ModelInstallation.IsReady(tree.Models))
        {
            await using IAsyncDisposable held = await SetupLock.AcquireAsync(tree, console, cancellationToken);
            await TrainedModels.OfferAsync(tree, console, cancellationToken);
            await ModelInstallation.MakeReadyAsync(tree.Models, console, cancellationToken);
        }

        var sessions = new ModelSessions(
            ModelCatalogue.Default(), Options.Create(new ModelOptions { Folder = tree.Models }), NullLogger<ModelSessions>.Instance);
        UntrainedModels.Warn(sessions.Models, console);
        return sessions;
    }
}
