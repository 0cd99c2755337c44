using System.Diagnostics;
using System.Runtime.InteropServices;

/// <summary>
/// Runs in the worker before its own code (DOTNET_STARTUP_HOOKS) and ends the worker when its host ends. The host holds the other end of
/// the worker's standard input, and the system closes it however the host ends, also on SIGKILL and on a crash. This works on every system.
/// Watching the host's process id would not be safe, because ids are reused; the parent-death signal also fires when only a thread of the
/// parent ends. The runtime requires this name without a namespace. The code may only use the runtime: the worker does not have this
/// program's libraries.
/// </summary>
internal static class StartupHook
{
    private const string HooksVariable = "DOTNET_STARTUP_HOOKS";

    // Time for what an app does at its end; the host that would wait for it is gone.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(2);

    public static void Initialize()
    {
        // Programs that the worker starts must not inherit the hook: their standard input is their own.
        Environment.SetEnvironmentVariable(HooksVariable, null);
        if (!OperatingSystem.IsWindows())
        {
            // Ctrl-C at a terminal reaches the whole process group. The worker gets a group of its own, so that the host can let it finish
            // first. If the system refuses, Ctrl-C ends both at once, which does no other harm.
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
            // The host never writes anything: the end of the stream is the signal.
        }

        new Thread(Kill) { IsBackground = true, Name = "End for certain" }.Start();
        Environment.Exit(1);
    }

    private static void Kill()
    {
        Thread.Sleep(ShutdownTimeout);
        Process.GetCurrentProcess().Kill();
    }

    [DllImport("libc", EntryPoint = "setpgid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetProcessGroup(int process, int group);
}
