namespace Pipeline.Cli.Pictures;

/// <summary>A file that a command makes: whole under its name, or not there.</summary>
internal static class OutputFile
{
    /// <summary>Writes beside and renames; folders are made, and an older file of the name is replaced.</summary>
    /// <exception cref="IOException">It cannot be written; nothing of it is left.</exception>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        string whole = Path.GetFullPath(path);
        string part = $"{whole}.part";
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        try
        {
            await File.WriteAllBytesAsync(part, bytes, cancellationToken);
            File.Move(part, whole, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
