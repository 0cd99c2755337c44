using Pipeline.Cli.Terminal;
using Pipeline.Models.Store;

namespace Pipeline.Cli.Setup;

/// <summary>The lock during setup, so that two commands in one checkout do not write the same files.</summary>
internal static class SetupLock
{
    /// <param name="tree">The checkout.</param>
    /// <param name="console">Reports that another command holds it.</param>
    /// <param name="cancellationToken">Ends the wait for that command.</param>
    /// <exception cref="CommandFailure">The checkout cannot be written to.</exception>
    public static async Task<IAsyncDisposable> AcquireAsync(SourceTree tree, CommandConsole console, CancellationToken cancellationToken)
    {
        try
        {
            return await FileLock.AcquireAsync(
                Path.Combine(tree.State, "setup.lock"),
                () => console.Line("Another ./pipeline is setting up this folder; waiting for it"),
                cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                $"This folder cannot be written: {exception.Message.TrimEnd('.')}. ./pipeline keeps what it installs and builds in its " +
                $"own checkout, '{tree.Root}': " +
                $"{(FileError.IsFull(exception) ? "make room" : "get write access")} there, or use a copy of it on another disk.");
        }
    }
}
