namespace Pipeline.Cli.Images;

/// <summary>Files that a command makes: whole under their names, or not there.</summary>
internal static class OutputFile
{
    /// <summary>Makes the folder for the option <c>-o</c> if it is missing.</summary>
    /// <exception cref="CommandFailure">There is a file in its place.</exception>
    public static void CreateFolder(string folder)
    {
        if (File.Exists(folder))
        {
            throw new CommandFailure($"'{SourceTree.Display(folder)}' is a file. Name a folder with -o.");
        }

        Directory.CreateDirectory(folder);
    }

    /// <summary>Writes beside and renames; an older file of the name is replaced.</summary>
    /// <exception cref="IOException">It cannot be written; nothing of it is left.</exception>
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
