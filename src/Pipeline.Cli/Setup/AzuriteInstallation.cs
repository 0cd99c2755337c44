using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Setup;

/// <summary>Installs the storage emulator.</summary>
internal static class AzuriteInstallation
{
    public static async Task MakeReadyAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        var installation = new NpmInstallation(tree.Azurite, "azurite");
        if (!installation.IsComplete)
        {
            await console.StageAsync(
                "Installing the storage emulator (Azurite)",
                _ => installation.RunAsync(Path.Combine(tree.Logs, "npm-ci.log"), cancellationToken));
        }
    }
}
