namespace Pipeline.Cli.Hosting;

/// <summary>The dotnet that this command runs on, so that what it starts runs on the same.</summary>
internal static class DotnetProgram
{
    public static string Path { get; } =
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
        : System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : "dotnet";
}
