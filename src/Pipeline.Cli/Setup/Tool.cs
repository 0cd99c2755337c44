using System.Diagnostics;
using Pipeline.Cli.Hosting;

namespace Pipeline.Cli.Setup;

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    /// <exception cref="CommandFailure">It cannot be started, or it failed; the message ends with its last output.</exception>
    public static async Task RunAsync(string name, ProcessStartInfo start, string log, CancellationToken cancellationToken)
    {
        await using ChildProcess process = ChildProcess.Start(name, start, log, ShutdownTimeout);
        int exitCode = await process.Exited.WaitAsync(cancellationToken);
        if (exitCode != 0)
        {
            throw process.Failure($"{name} failed with exit code {exitCode}.");
        }
    }
}
