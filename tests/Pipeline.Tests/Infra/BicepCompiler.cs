using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Pipeline.Tests.Infra;

/// <summary>The Bicep compiler that the test project takes from NuGet. It fetches nothing: the templates name no registry.</summary>
internal static class BicepCompiler
{
    private static readonly string? Program = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "BicepPath").Value;

    /// <summary>Runs the compiler, or skips the test where there is no package of it.</summary>
    /// <returns>Its exit code and all it wrote, each stream apart.</returns>
    public static async Task<(int ExitCode, string Output, string Messages)> RunAsync(params string[] arguments)
    {
        Assert.SkipWhen(
            string.IsNullOrEmpty(Program),
            $"NuGet has no Bicep compiler for {RuntimeInformation.RuntimeIdentifier}: see Pipeline.Tests.csproj.");
        var start = new ProcessStartInfo(Path.GetFullPath(Program!.Replace('\\', Path.DirectorySeparatorChar)), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> messages = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await messages);
    }
}
