namespace Pipeline.Cli.Demo;

/// <summary>An image to upload.</summary>
/// <param name="Name">Its name in the container.</param>
/// <param name="Path">Its path.</param>
/// <param name="ContentType">Its media type.</param>
internal sealed record Sample(string Name, string Path, string ContentType);

/// <summary>The images in a folder.</summary>
internal static class Samples
{
    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".png"] = "image/png",
        [".webp"] = "image/webp",
        [".gif"] = "image/gif",
        [".bmp"] = "image/bmp",
        [".tif"] = "image/tiff",
        [".tiff"] = "image/tiff",
    };

    /// <summary>The file extensions of images, for messages.</summary>
    public static string Endings => string.Join(' ', ContentTypes.Keys);

    /// <summary>Whether a file has the extension of an image.</summary>
    public static bool IsImage(string file) => ContentTypes.ContainsKey(System.IO.Path.GetExtension(file));

    /// <summary>All images in a folder and below it, by name; empty if there is no such folder.</summary>
    public static IReadOnlyList<Sample> Find(string folder) =>
        !Directory.Exists(folder)
            ? []
            : [
                .. from path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                   where IsImage(path)
                   let name = System.IO.Path.GetRelativePath(folder, path).Replace('\\', '/')
                   orderby name
                   select new Sample(name, path, ContentTypes[System.IO.Path.GetExtension(path)]),
            ];
}
