using Pipeline.Models.Store;

namespace Pipeline.Cli.Images;

/// <summary>
/// The files that a command writes into a folder. They appear there together, when all are complete; a command that fails or is interrupted
/// before leaves the folder as it was, or missing if it was missing.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    private readonly string _folder;
    private readonly string _parts;
    private readonly List<string> _names = [];
    private List<string> _created = [];

    private OutputFolder(string folder)
    {
        _folder = folder;
        // Within the folder, so that a move never crosses to another disk; with a name that no other command uses.
        _parts = Path.Combine(folder, $".parts-{Path.GetRandomFileName()}");
    }

    /// <summary>Checks that the folder can be written, which leaves nothing there; it is created with the first file.</summary>
    /// <param name="folder">The folder, which may be missing.</param>
    /// <exception cref="CommandFailure">It cannot be written, or there is a file in its place.</exception>
    public static OutputFolder Open(string folder)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(full))
        {
            throw new CommandFailure($"'{SourceTree.Display(full)}' is a file. Name a folder with -o.");
        }

        var output = new OutputFolder(full);
        try
        {
            output.Create();
            return output;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                $"The folder '{SourceTree.Display(full)}' cannot be written: {FileError.Describe(exception).TrimEnd('.')}. " +
                "Or name another folder with -o.");
        }
        finally
        {
            output.Dispose();
        }
    }

    /// <summary>Writes a file, which does not appear in the folder yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Ends the writing early.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Create();
        await File.WriteAllBytesAsync(Path.Combine(_parts, name), content, cancellationToken);
        _names.Add(name);
    }

    /// <summary>Gives the files their place; files of the same names are replaced.</summary>
    /// <exception cref="IOException">One cannot be replaced.</exception>
    public void Complete()
    {
        foreach (string name in _names)
        {
            File.Move(Path.Combine(_parts, name), Path.Combine(_folder, name), overwrite: true);
        }

        _names.Clear();
        _created.Clear();
    }

    /// <summary>Deletes what is not complete, and the folders that were created for it.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_parts))
        {
            Directory.Delete(_parts, recursive: true);
        }

        // The innermost first. One that somebody else has put a file into stays.
        foreach (string folder in _created.TakeWhile(
            folder => Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            Directory.Delete(folder);
        }

        _created = [];
    }

    private void Create()
    {
        if (Directory.Exists(_parts))
        {
            return;
        }

        for (string? folder = _folder; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            _created.Add(folder);
        }

        Directory.CreateDirectory(_parts);
    }
}
