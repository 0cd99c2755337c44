using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Setup;

/// <summary>
/// Held while something is installed or built, so that two commands in one checkout do not write the same files. The system lets go of it when
/// its holder dies, however that happens.
/// </summary>
internal static class SetupLock
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static async Task<IAsyncDisposable> AcquireAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(tree.State);
        for (bool told = false; ; told = true)
        {
            try
            {
                return new FileStream(
                    Path.Combine(tree.State, "setup.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!cancellationToken.IsCancellationRequested)
            {
                if (!told)
                {
                    console.Line("Another ./pipeline is setting up this folder; waiting for it");
                }
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }
}
