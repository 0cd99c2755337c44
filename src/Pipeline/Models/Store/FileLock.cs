namespace Pipeline.Models.Store;

/// <summary>
/// A file that one process at a time holds while it writes others. The system lets go of it when its holder dies, however that happens. The
/// file stays: who removed it could remove it under another process' hold.
/// </summary>
internal static class FileLock
{
    // Windows' ERROR_SHARING_VIOLATION, as an HRESULT.
    private const int SharingViolation = unchecked((int)0x80070020);

    // EWOULDBLOCK, which is EAGAIN: .NET answers flock's refusal with an IOException that has the plain errno.
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Makes the folder where it is missing, and holds the file; waits only while another process holds it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="waiting">Called once, where there is something to wait for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold; it ends with its disposal.</returns>
    /// <exception cref="IOException">The file cannot be written: the disk is full or read-only, or the path leads nowhere.</exception>
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
