using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Pipeline.Functions.Gallery;

/// <summary>
/// The files of the gallery, from the app's assembly. A request can only name one of them: no path of a request ever reaches the disk.
/// </summary>
internal sealed class GalleryFiles
{
    private const string Folder = "gallery/";
    private const string Start = "index.html";

    private readonly FrozenDictionary<string, GalleryFile> _files = Read(typeof(GalleryFiles).Assembly);

    /// <summary>The paths below <c>/api/gallery/</c>.</summary>
    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>The file of a path; the page itself for none.</summary>
    public bool TryFind(string? path, [NotNullWhen(true)] out GalleryFile? file) =>
        _files.TryGetValue(string.IsNullOrEmpty(path) ? Start : path, out file);

    private static FrozenDictionary<string, GalleryFile> Read(Assembly assembly)
    {
        var files = new Dictionary<string, GalleryFile>(StringComparer.Ordinal);
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            // A build on Windows names them with its own separator.
            string path = resource.Replace('\\', '/');
            if (path.StartsWith(Folder, StringComparison.Ordinal))
            {
                using Stream stream = assembly.GetManifestResourceStream(resource)!;
                byte[] content = new byte[stream.Length];
                stream.ReadExactly(content);
                files.Add(path[Folder.Length..], GalleryFile.Of(path, content));
            }
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
