namespace Pipeline.Cli.Hosting;

/// <summary>
/// Programs that a user installed, found as a shell finds them: on the PATH and nowhere else. Left to itself, .NET would prefer one beside
/// its own dotnet, or one in the working directory.
/// </summary>
internal static class ProgramOnPath
{
    private static readonly string[] Extensions = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];

    /// <param name="name">Without an extension: <c>az</c> is az.cmd on Windows.</param>
    /// <returns>Its path; null where there is none.</returns>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => Extensions.Select(extension => Path.Combine(folder, name + extension)))
        .FirstOrDefault(File.Exists);
}
