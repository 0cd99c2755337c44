namespace Pipeline.Models.Store;

/// <summary>
/// A lock file that one process at a time holds while it writes other files. The system releases it when the holder dies, however that
/// happens. The file is never deleted: another process could hold it at that moment.
/// </summary>
internal static class FileLock
{
    // Windows' ERROR_SHARING_VIOLATION, as an HRESULT.
    private const int SharingViolation = unchecked((int)0x80070020);

    // EWOULDBLOCK, which is EAGAIN: if flock refuses, .NET throws an IOException with the plain errno.
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Creates the folder if it is missing, and locks the file; waits only while another process holds it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="waiting">Called once, if another process holds the file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock; its disposal releases it.</returns>
    /// <exception cref="IOException">The file cannot be written: the disk is full or read-only, or the path is invalid.</exception>
    /// <exception cref="UnauthorizedAccessException">The right to write there is missing.</exception>
    public static async Task<FileStream> AcquireAsync(string path, Action waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        for (bool isFirst = true; ; isFirst = false)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (IsHeld(exception))
            {
                if (isFirst)
                {
                    waiting();
                }
            }

            await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsHeld(IOException exception) => exception.HResult == (
        OperatingSystem.IsWindows() ? SharingViolation : OperatingSystem.IsMacOS() ? WouldBlockOnMac : WouldBlockOnLinux);
}
