using System.Diagnostics;
using System.Text.Json;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Setup;

/// <summary>Installs the storage emulator from npm with the committed lock file.</summary>
internal static class AzuriteInstallation
{
    public static async Task MakeReadyAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        if (IsInstalled(tree.Azurite))
        {
            return;
        }

        await console.StageAsync("Installing the storage emulator (Azurite)", _ =>
        {
            var start = new ProcessStartInfo(
                OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            {
                WorkingDirectory = tree.Azurite,
            };
            return Tool.RunAsync("npm ci", start, Path.Combine(tree.Logs, "npm-ci.log"), cancellationToken);
        });
    }

    /// <summary>npm writes its own lock file last: without it, an installation is incomplete.</summary>
    internal static bool IsInstalled(string folder)
    {
        string modules = Path.Combine(folder, "node_modules");
        string installed = Path.Combine(modules, "azurite", "package.json");
        return File.Exists(Path.Combine(modules, ".package-lock.json"))
            && File.Exists(installed)
            && ReadProperty(installed, "version") == ReadProperty(Path.Combine(folder, "package.json"), "dependencies", "azurite");
    }

    private static string? ReadProperty(string file, params ReadOnlySpan<string> path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        JsonElement element = document.RootElement;
        foreach (string name in path)
        {
            element = element.GetProperty(name);
        }

        return element.GetString();
    }
}
