using System.CommandLine;

namespace Pipeline.Cli.Pictures;

/// <summary>An argument that names a picture file.</summary>
internal static class PictureArgument
{
    /// <param name="name">Its name in the help, such as FILE.</param>
    /// <param name="what">What it is for, the beginning of a sentence.</param>
    public static Argument<FileInfo> Create(string name, string what)
    {
        var argument = new Argument<FileInfo>(name) { Description = $"{what}: a JPEG, PNG, WebP, GIF, BMP or TIFF." };
        return argument.AcceptExistingOnly();
    }
}
