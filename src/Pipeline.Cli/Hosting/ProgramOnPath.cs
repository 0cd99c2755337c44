namespace Pipeline.Cli.Hosting;

/// <summary>
/// Finds installed programs as a shell does: on the PATH and nowhere else. By default, .NET would prefer a program beside its own dotnet or
/// in the working directory.
/// </summary>
internal static class ProgramOnPath
{
    private static readonly string[] Extensions = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];

    /// <param name="name">Without an extension: <c>az</c> is az.cmd on Windows.</param>
    /// <returns>Its path; null if there is none.</returns>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => Extensions.Select(extension => Path.Combine(folder, name + extension)))
        .FirstOrDefault(File.Exists);
}
