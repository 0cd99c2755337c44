using System.Text.Json;
using Pipeline.LocalHost.Functions;

namespace Pipeline.LocalHost.Settings;

/// <summary>A function app on disk, built or published.</summary>
/// <param name="Path">The full path of its folder.</param>
/// <param name="HostJson">The content of its host.json.</param>
internal sealed record AppFolder(string Path, HostJson HostJson)
{
    private const string WorkerConfigFile = "worker.config.json";
    private const string MetadataFile = "functions.metadata";

    /// <summary>The file that describes how to start the worker.</summary>
    public string WorkerConfig => System.IO.Path.Combine(Path, WorkerConfigFile);

    /// <exception cref="HostFailure">There is no such folder, no app in it, or its host.json is wrong.</exception>
    public static AppFolder Open(DirectoryInfo folder)
    {
        if (!folder.Exists)
        {
            throw new HostFailure($"There is no folder '{folder.FullName}'. Name a built or published function app with --app.");
        }

        return File.Exists(System.IO.Path.Combine(folder.FullName, WorkerConfigFile))
            ? new AppFolder(folder.FullName, HostJson.Read(System.IO.Path.Combine(folder.FullName, "host.json")))
            : throw new HostFailure(
                $"'{folder.FullName}' is not a built function app: it has no {WorkerConfigFile}. " +
                "Name the output of dotnet build or dotnet publish.");
    }

    /// <summary>The app's functions, as its build listed them.</summary>
    /// <exception cref="HostFailure">The file is missing or malformed.</exception>
    public IReadOnlyList<FunctionDefinition> ReadFunctions()
    {
        string file = System.IO.Path.Combine(Path, MetadataFile);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            return [.. json.RootElement.EnumerateArray().Select(FunctionDefinition.Read)];
        }
        catch (Exception exception) when (exception is IOException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new HostFailure($"'{file}' cannot be read: {exception.Message}", exception);
        }
    }
}
