namespace Pipeline.Models.Store;

/// <summary>Why the system refuses a file. .NET reports most causes as an IOException, and only its code says which.</summary>
internal static class FileError
{
    // ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of Windows, ERROR_WRITE_PROTECT, as HRESULTs.
    private const int DiskFull = unchecked((int)0x80070070);
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int WriteProtected = unchecked((int)0x80070013);

    // Elsewhere .NET keeps the plain errno: ENOSPC and EROFS, the same on Linux and macOS, and EDQUOT, which differs.
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int QuotaOnLinux = 122;
    private const int QuotaOnMac = 69;

    /// <summary>Whether the disk, or the user's share of it, is full.</summary>
    public static bool IsFull(Exception exception) => exception is IOException && (OperatingSystem.IsWindows()
        ? exception.HResult is DiskFull or HandleDiskFull
        : exception.HResult == NoSpace || exception.HResult == (OperatingSystem.IsMacOS() ? QuotaOnMac : QuotaOnLinux));

    /// <summary>Whether the disk is mounted to be read only.</summary>
    public static bool IsReadOnly(Exception exception) =>
        exception is IOException && exception.HResult == (OperatingSystem.IsWindows() ? WriteProtected : ReadOnly);

    /// <summary>
    /// Whether the system refused, as opposed to a reader that does not accept the content: a reader's own IOException has the general code
    /// or that of an early end.
    /// </summary>
    public static bool IsOfSystem(Exception exception) => exception is UnauthorizedAccessException
        || (exception is IOException and not EndOfStreamException && exception.HResult != new IOException().HResult);

    /// <summary>The message, and what to do if the cause is known: one or two sentences.</summary>
    public static string Describe(Exception exception) =>
        Advice(exception) is { Length: > 0 } advice ? $"{exception.Message.TrimEnd('.')}.{advice}" : exception.Message;

    private static string Advice(Exception exception) =>
        IsFull(exception) ? " Make room on that disk, then run the same command again."
        : IsReadOnly(exception) ? " That disk can only be read: use another place."
        : exception is UnauthorizedAccessException ? " Get access to it, or use another place."
        : "";
}
