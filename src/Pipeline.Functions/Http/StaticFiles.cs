using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Pipeline.Functions.Http;

/// <summary>
/// The files of a folder, from the app's assembly. A request can only name one of them: no path of a request ever reaches the disk.
/// </summary>
/// <param name="folder">The folder, such as <c>gallery</c>.</param>
internal sealed class StaticFiles(string folder)
{
    private const string Start = "index.html";

    private readonly FrozenDictionary<string, StaticFile> _files = Read($"{folder}/", typeof(StaticFiles).Assembly);

    /// <summary>The paths below the folder.</summary>
    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>The file of a path; the page itself for none.</summary>
    public bool TryFind(string? path, [NotNullWhen(true)] out StaticFile? file) =>
        _files.TryGetValue(string.IsNullOrEmpty(path) ? Start : path, out file);

    private static FrozenDictionary<string, StaticFile> Read(string folder, Assembly assembly)
    {
        var files = new Dictionary<string, StaticFile>(StringComparer.Ordinal);
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            // A build on Windows names them with its own separator.
            string path = resource.Replace('\\', '/');
            if (path.StartsWith(folder, StringComparison.Ordinal))
            {
                using Stream stream = assembly.GetManifestResourceStream(resource)!;
                byte[] content = new byte[stream.Length];
                stream.ReadExactly(content);
                files.Add(path[folder.Length..], StaticFile.Of(path, content));
            }
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
