using System.Runtime.InteropServices;

namespace Pipeline.Cli.Hosting;

/// <summary>Sends Unix signals, which .NET has no API for.</summary>
internal static class Signal
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <returns>Whether there is such a process.</returns>
    public static bool Send(int process, int signal) => Kill(process, signal) == 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
