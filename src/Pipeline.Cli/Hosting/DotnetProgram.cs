namespace Pipeline.Cli.Hosting;

/// <summary>The dotnet that runs this command, so that the programs it starts use the same.</summary>
internal static class DotnetProgram
{
    public static string Path { get; } =
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
        : System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : "dotnet";
}
