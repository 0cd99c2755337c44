using Pipeline.Cli.Images;
using Pipeline.Imaging;
using Pipeline.Study;

namespace Pipeline.Cli.Studies;

/// <summary>The images of a study.</summary>
/// <param name="Images">A, B, C and so on.</param>
/// <param name="Variants">Ready-made variants of A.</param>
/// <param name="IsPublished">Whether they are those of the published study, so that the figures can be compared.</param>
internal sealed record StudyFiles(IReadOnlyList<ImageFile> Images, IReadOnlyList<ImageFile> Variants, bool IsPublished)
{
    private const string Ending = ".jpg";
    private const string VariantsFolder = "augmented";

    /// <summary>The first part of the name of the study's folder.</summary>
    public string Name => IsPublished ? "published" : Images[0].Stem;

    /// <summary>Reads images that the user named.</summary>
    /// <exception cref="CommandFailure">One is too large.</exception>
    public static async Task<StudyFiles> ReadAsync(IEnumerable<FileInfo> files, ImageLimits limits, CancellationToken cancellationToken) =>
        new(await ReadEachAsync(files, limits, cancellationToken), [], IsPublished: false);

    /// <summary>Reads the images of the published study, which are not part of the checkout.</summary>
    /// <param name="tree">The checkout.</param>
    /// <param name="folder">Their folder; null for one beside the checkout.</param>
    /// <param name="limits">The limits for images.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <exception cref="CommandFailure">One is missing; the message names those that are needed.</exception>
    public static async Task<StudyFiles> ReadPublishedAsync(
        SourceTree tree, DirectoryInfo? folder, ImageLimits limits, CancellationToken cancellationToken)
    {
        string place = folder?.FullName ?? Path.GetFullPath(Path.Combine(tree.Root, "..", "shared", "study"));
        FileInfo[] images = [.. PublishedFigures.Images.Select(name => new FileInfo(Path.Combine(place, name + Ending)))];
        FileInfo[] variants =
            [.. PublishedFigures.Variants.Select(name => new FileInfo(Path.Combine(place, VariantsFolder, name + Ending)))];
        string[] missing =
            [.. images.Concat(variants).Where(file => !file.Exists).Select(file => Path.GetRelativePath(place, file.FullName))];
        if (missing.Length > 0)
        {
            throw new CommandFailure(
                $"The published study's images are not all in '{SourceTree.Display(place)}': {Listed(missing)} missing. It needs " +
                $"{string.Join(", ", images.Select(file => file.Name))}, and the study's ten variants: " +
                $"{VariantsFolder}/{variants[0].Name} to {VariantsFolder}/{variants[^1].Name}. " +
                "Name their folder: ./pipeline study --published FOLDER");
        }

        return new StudyFiles(
            await ReadEachAsync(images, limits, cancellationToken),
            await ReadEachAsync(variants, limits, cancellationToken),
            IsPublished: true);
    }

    private static async Task<IReadOnlyList<ImageFile>> ReadEachAsync(
        IEnumerable<FileInfo> files, ImageLimits limits, CancellationToken cancellationToken)
    {
        List<ImageFile> images = [];
        foreach (FileInfo file in files)
        {
            images.Add(await ImageFile.ReadAsync(file, limits, cancellationToken));
        }

        return images;
    }

    private static string Listed(string[] missing) => missing.Length switch
    {
        1 => $"{missing[0]} is",
        <= 3 => $"{string.Join(", ", missing)} are",
        _ => $"{string.Join(", ", missing[..3])} and {missing.Length - 3} more are",
    };
}
