using System.Text.Json;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Worker;

/// <summary>How an app's worker is started, by its worker.config.json.</summary>
/// <param name="Executable">The program.</param>
/// <param name="Arguments">Arguments before the host's own.</param>
internal sealed record WorkerConfig(string Executable, IReadOnlyList<string> Arguments)
{
    private const string Dotnet = "dotnet";
    private const string WorkerRoot = "{WorkerRoot}";

    /// <exception cref="HostFailure">The file is malformed, or names a file that is missing.</exception>
    public static WorkerConfig Read(AppFolder app)
    {
        string executable;
        string worker;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(app.WorkerConfig));
            JsonElement description = json.RootElement.GetProperty("description");
            executable = description.GetProperty("defaultExecutablePath").GetString()!;
            worker = description.GetProperty("defaultWorkerPath").GetString()!;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new HostFailure($"'{app.WorkerConfig}' cannot be read: {exception.Message}", exception);
        }

        // A self-contained app is a program itself. It gets no path: it would take a path, which begins with a slash, for a switch.
        return executable == Dotnet
            ? new WorkerConfig(ThisDotnet(), [Existing(app, worker)])
            : new WorkerConfig(Existing(app, executable.Replace(WorkerRoot, "", StringComparison.Ordinal)), []);
    }

    private static string Existing(AppFolder app, string file)
    {
        string path = Path.Combine(app.Path, file);
        return File.Exists(path) ? path : throw new HostFailure($"'{app.WorkerConfig}' names '{file}', which is not in the app's folder.");
    }

    /// <summary>The dotnet that the host runs on, so that the worker runs on the same.</summary>
    private static string ThisDotnet() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path
        : Path.GetFileNameWithoutExtension(Environment.ProcessPath) == Dotnet ? Environment.ProcessPath!
        : Dotnet;
}
