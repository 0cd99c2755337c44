using System.IO.Enumeration;
using Pipeline.Cli.Demo;
using Pipeline.Evaluation;
using Pipeline.Imaging;
using Pipeline.Models.Store;

namespace Pipeline.Cli.Evaluate;

/// <summary>The images of a folder and its subfolders, with their groups.</summary>
internal static class EvaluationFolder
{
    /// <summary>Finds the images.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="groups">A file of groups; null for the first folder of each image's path.</param>
    /// <param name="limits">The limits for images.</param>
    /// <returns>In the order of their names, which are paths from the folder with slashes.</returns>
    /// <exception cref="CommandFailure">There are fewer than two images, or the file of groups is malformed.</exception>
    public static IReadOnlyList<EvaluationImage> Find(string folder, string? groups, ImageLimits limits)
    {
        string[] names = [.. NamesIn(folder).Order(StringComparer.Ordinal)];
        if (names.Length < 2)
        {
            throw new CommandFailure(
                $"'{SourceTree.Display(folder)}' has {(names.Length == 0 ? "no image" : "only one image")}, and an evaluation needs two " +
                $"at least: files that end with {Samples.Endings}, in one folder per group.");
        }

        IReadOnlyDictionary<string, string>? named =
            groups is null ? null : GroupsFile.Read(groups, names.ToHashSet(StringComparer.Ordinal));
        return
        [
            .. names.Select(name => new EvaluationImage(
                name,
                named is null ? FolderOf(name) : named.GetValueOrDefault(name),
                cancellationToken => ReadAsync(Path.Combine(folder, name), limits, cancellationToken))),
        ];
    }

    /// <summary>Hidden files and folders are left out; a linked folder is not entered, because links may go round in a circle.</summary>
    private static FileSystemEnumerable<string> NamesIn(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = false,
            AttributesToSkip = FileAttributes.Hidden,
        };
        return new FileSystemEnumerable<string>(folder, (ref entry) => NameOf(folder, entry.ToSpecifiedFullPath()), options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && Samples.IsImage(entry.FileName.ToString()),
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
    }

    private static string NameOf(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');

    private static string? FolderOf(string name) => name.IndexOf('/', StringComparison.Ordinal) is > 0 and int end ? name[..end] : null;

    /// <exception cref="InvalidImageException">It is too large, or cannot be read.</exception>
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string path, ImageLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Length > limits.MaxBytes
                ? throw new InvalidImageException(limits.TooManyBytes(file.Length))
                : await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidImageException(
                new ImageRejection(ImageFault.Unreadable, $"The file cannot be read: {FileError.Describe(exception)}"));
        }
    }
}
