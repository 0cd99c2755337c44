using System.IO.Enumeration;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Upload;

/// <summary>A file to upload.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">The name under which it is stored.</param>
internal sealed record UploadSource(string Path, string Name);

/// <summary>The files that the user named, and the image files in the folders that the user named.</summary>
internal static class UploadSources
{
    // Links to folders may lead in a circle.
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, IgnoreInaccessible = false };

    /// <summary>All files, each with the name under which it is stored, in the order of these names.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="prefix">What every name begins with.</param>
    /// <exception cref="CommandFailure">There is no such path, no image in them, or two files would get one name.</exception>
    public static IReadOnlyList<UploadSource> Find(IReadOnlyList<string> paths, string prefix)
    {
        UploadSource[] sources =
        [
            .. paths.SelectMany(path => In(path, prefix)).DistinctBy(source => (Path.GetFullPath(source.Path), source.Name))
                .OrderBy(source => source.Name, StringComparer.Ordinal),
        ];
        if (sources.Length == 0)
        {
            throw new CommandFailure(
                $"There is no image in {string.Join(" and ", paths.Select(path => $"'{SourceTree.Display(path)}'"))}. Files with these " +
                $"endings are uploaded from a folder: {Samples.Endings}. Name a file itself to upload it with another ending.");
        }

        return sources.GroupBy(source => source.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new CommandFailure(
                $"{string.Join(" and ", twice.Select(source => $"'{SourceTree.Display(source.Path)}'"))} would both be stored as " +
                $"'{ShownText.OfLine(twice.Key)}'. Upload them one after the other, with a --prefix for each.")
            : sources;
    }

    private static IEnumerable<UploadSource> In(string path, string prefix)
    {
        if (File.Exists(path))
        {
            return [new UploadSource(path, prefix + Path.GetFileName(path))];
        }

        if (!Directory.Exists(path))
        {
            throw new CommandFailure($"There is no file or folder '{SourceTree.Display(path)}'.");
        }

        return new FileSystemEnumerable<string>(path, (ref FileSystemEntry entry) => entry.ToFullPath(), Below)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        }
            .Where(Samples.IsImage)
            .Select(file => new UploadSource(file, prefix + Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/')));
    }
}
