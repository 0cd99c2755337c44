namespace Pipeline.Cli.Images;

/// <summary>Writes files so that an incomplete one never has its final name.</summary>
internal static class OutputFile
{
    /// <summary>Creates the folder for the option <c>-o</c> if it is missing.</summary>
    /// <exception cref="CommandFailure">There is a file in its place.</exception>
    public static void CreateFolder(string folder)
    {
        if (File.Exists(folder))
        {
            throw new CommandFailure($"'{SourceTree.Display(folder)}' is a file. Name a folder with -o.");
        }

        Directory.CreateDirectory(folder);
    }

    /// <summary>Writes a temporary file and renames it; an existing file is replaced.</summary>
    /// <exception cref="IOException">It cannot be written; the temporary file is deleted.</exception>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string part = $"{path}.part";
        try
        {
            await File.WriteAllBytesAsync(part, content, cancellationToken);
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
