using System.CommandLine;

namespace Pipeline.Cli.Images;

/// <summary>An argument that names an image file.</summary>
internal static class ImageArgument
{
    /// <param name="name">Its name in the help, such as FILE.</param>
    /// <param name="description">Its description, with the supported formats.</param>
    public static Argument<FileInfo> Create(string name, string description = "A JPEG, PNG, WebP, GIF, BMP or TIFF.") =>
        new Argument<FileInfo>(name) { Description = description }.AcceptExistingOnly();
}
