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

    /// <summary>What the names of the thumbnails of one version begin with.</summary>
    public static string VersionOf(ImageId image, string imageETag) => $"{FolderOf(image)}{HashOf(imageETag)}-";

    /// <summary>The blob's name.</summary>
    public string BlobName => $"{VersionOf(Image, ImageETag)}{Side}.jpg";

    /// <summary>An ETag for HTTP: the same for the same version and size.</summary>
    public string ETag => $"\"{HashOf(ImageETag)}-{Side}\"";

    private static string HashOf(string imageETag) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(imageETag)))[..16];
}

/// <summary>A thumbnail.</summary>
/// <param name="ETag">Its ETag.</param>
/// <param name="Jpeg">The file; null where the caller has this version.</param>
internal sealed record Thumbnail(string ETag, ReadOnlyMemory<byte>? Jpeg);
