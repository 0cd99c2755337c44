namespace Pipeline.Imaging;

/// <summary>
/// The encodings that are accepted. They are recognised by the first bytes of the file, never by a name or a header field.
/// </summary>
internal enum ImageFormat
{
    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>WebP; of an animation the first frame.</summary>
    WebP,

    /// <summary>GIF; the first frame.</summary>
    Gif,

    /// <summary>Windows bitmap.</summary>
    Bmp,

    /// <summary>TIFF; the first page.</summary>
    Tiff,
}

/// <summary>What people call the formats.</summary>
internal static class ImageFormatNames
{
    public static string DisplayName(this ImageFormat format) => format == ImageFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();
}
