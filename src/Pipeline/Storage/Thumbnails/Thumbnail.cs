using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Storage.Thumbnails;

/// <summary>Which thumbnail: of which image, which version of it, and how large.</summary>
/// <param name="Image">The image.</param>
/// <param name="ImageETag">The version of it, in quotes.</param>
/// <param name="Side">The longer side in pixels: one of <see cref="Sides"/>.</param>
internal sealed record ThumbnailId(ImageId Image, string ImageETag, int Side)
{
    /// <summary>The sizes that are made: for a grid, and for a screen with twice as many pixels.</summary>
    public static IReadOnlyList<int> Sides { get; } = [256, 512];

    /// <summary>Where the thumbnails of an image are: made of its key, since a name may hold any characters.</summary>
    public static string FolderOf(ImageId image) => $"{image.Key}/";

    /// <summary>Where the thumbnails of this version of the image are, below its folder.</summary>
    public string VersionPrefix =>
        $"{FolderOf(Image)}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ImageETag)))[..16]}-";

    /// <summary>The blob's name.</summary>
    public string BlobName => $"{VersionPrefix}{Side}.jpg";

    /// <summary>An ETag for HTTP: the same for the same version and size.</summary>
    public string ETag => $"\"{VersionPrefix[FolderOf(Image).Length..]}{Side}\"";
}

/// <summary>A thumbnail.</summary>
/// <param name="ETag">Its ETag.</param>
/// <param name="Jpeg">The file; null where the caller has this version.</param>
internal sealed record Thumbnail(string ETag, ReadOnlyMemory<byte>? Jpeg);
