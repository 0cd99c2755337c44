using System.Diagnostics;
using System.Text.Json;
using Pipeline.Cli.Hosting;

namespace Pipeline.Cli.Setup;

/// <summary>Installs from npm what a folder of <c>tools</c> names, with its committed lock file.</summary>
/// <param name="folder">The folder with package.json.</param>
/// <param name="package">Its main dependency.</param>
internal sealed class NpmInstallation(string folder, string package)
{
    /// <summary>npm writes its own lock file last: without it, an installation is incomplete.</summary>
    public bool IsComplete
    {
        get
        {
            string modules = Path.Combine(folder, "node_modules");
            string installed = Path.Combine([modules, .. package.Split('/'), "package.json"]);
            return File.Exists(Path.Combine(modules, ".package-lock.json"))
                && File.Exists(installed)
                && ReadProperty(installed, "version") == ReadProperty(Path.Combine(folder, "package.json"), "dependencies", package);
        }
    }

    /// <summary>Installs it anew.</summary>
    /// <exception cref="CommandFailure">npm failed.</exception>
    public Task RunAsync(string logFile, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
        };
        return Tool.RunAsync("npm ci", start, logFile, cancellationToken);
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
