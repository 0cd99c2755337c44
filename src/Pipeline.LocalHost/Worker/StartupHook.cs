using System.Diagnostics;
using System.Runtime.InteropServices;

/// <summary>
/// Runs in the worker, before its own code (DOTNET_STARTUP_HOOKS): the worker ends with its host. The host holds the other end of the worker's
/// standard input, and the system closes it however the host goes, signal 9 and a crash included; that works on every system, and has neither
/// a process id that may be another's by now nor the parent-death signal's fault of coming when a mere thread ends. The runtime wants the name,
/// without a namespace. Nothing here may need more than the runtime itself: the worker has none of this program's libraries.
/// </summary>
internal static class StartupHook
{
    private const string HooksVariable = "DOTNET_STARTUP_HOOKS";

    // For what an app does at its end; the host, who could wait for it, is gone.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public static void Initialize()
    {
        // Programs that the worker starts have an input of their own that is not ours to read.
        Environment.SetEnvironmentVariable(HooksVariable, null);
        if (!OperatingSystem.IsWindows())
        {
            // Ctrl-C at a terminal reaches the whole group of its processes. The host answers it, and lets the worker finish first. Where the
            // system refuses, Ctrl-C ends both at once; nothing worse.
            _ = SetProcessGroup(0, 0);
        }

        new Thread(EndWithHost) { IsBackground = true, Name = "End with host" }.Start();
    }

    private static void EndWithHost()
    {
        using Stream input = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[64];
        while (input.Read(buffer) > 0)
        {
            // Nothing is ever said; the end is the message.
        }

        new Thread(Kill) { IsBackground = true, Name = "End for certain" }.Start();
        Environment.Exit(1);
    }

    private static void Kill()
    {
        Thread.Sleep(Grace);
        Process.GetCurrentProcess().Kill();
    }

    [DllImport("libc", EntryPoint = "setpgid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetProcessGroup(int process, int group);
}
