using Pipeline.Imaging;

namespace Pipeline.Storage.Access;

/// <summary>The media types of images that browsers show, and that hold nothing a browser would run. SVG is none of them.</summary>
internal static class ImageMediaType
{
    /// <summary>The type of anything else: browsers save it.</summary>
    public const string Unknown = "application/octet-stream";

    /// <summary>As many bytes as the format is found by.</summary>
    public const int HeadLength = 32;

    /// <summary>The type by the first bytes of a file.</summary>
    /// <param name="head">The first <see cref="HeadLength"/> bytes, or all of a shorter one.</param>
    /// <returns>Null if it is none of these.</returns>
    public static string? Of(ReadOnlySpan<byte> head) => ImageSignature.Find(head) switch
    {
        ImageFormat.Jpeg => "image/jpeg",
        ImageFormat.Png => "image/png",
        ImageFormat.WebP => "image/webp",
        ImageFormat.Gif => "image/gif",
        ImageFormat.Bmp => "image/bmp",

        // TIFF: hardly any browser shows it.
        _ => null,
    };

    /// <summary>The type by the ending of a name.</summary>
    /// <param name="name">An image's name.</param>
    /// <returns>Null if it is none of these.</returns>
    public static string? OfName(string name) => Path.GetExtension(name).ToUpperInvariant() switch
    {
        ".JPG" or ".JPEG" or ".JFIF" => "image/jpeg",
        ".PNG" => "image/png",
        ".WEBP" => "image/webp",
        ".GIF" => "image/gif",
        ".BMP" => "image/bmp",
        _ => null,
    };
}
