using System.CommandLine;

namespace Pipeline.Cli.Pictures;

/// <summary>An argument that names a picture file.</summary>
internal static class PictureArgument
{
    /// <param name="name">Its name in the help, such as FILE.</param>
    /// <param name="description">What it is for, with the formats that are read.</param>
    public static Argument<FileInfo> Create(string name, string description = "A JPEG, PNG, WebP, GIF, BMP or TIFF.") =>
        new Argument<FileInfo>(name) { Description = description }.AcceptExistingOnly();
}
