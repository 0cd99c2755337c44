using Pipeline.Cli.Pictures;
using Pipeline.Imaging;
using Pipeline.Study;

namespace Pipeline.Cli.Studies;

/// <summary>The pictures of the published study, which are no part of this checkout.</summary>
internal static class PublishedPictures
{
    private const string Ending = ".jpg";

    /// <summary>Reads them.</summary>
    /// <param name="tree">The checkout.</param>
    /// <param name="folder">Where they are; null for beside the checkout.</param>
    /// <param name="limits">What is let in.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <exception cref="CommandFailure">One is missing; the message says which are needed and what they are called.</exception>
    public static async Task<StudyRequest> ReadAsync(SourceTree tree, string? folder, ImageLimits limits, CancellationToken cancellationToken)
    {
        string place = folder ?? Path.GetFullPath(Path.Combine(tree.Root, "..", "shared", "study"));
        string[] pictures = [.. PublishedFigures.Pictures.Select(name => Path.Combine(place, name + Ending))];
        string[] variants = [.. PublishedFigures.Variants.Select(name => Path.Combine(place, "augmented", name + Ending))];
        string[] missing = [.. pictures.Concat(variants).Where(path => !File.Exists(path)).Select(path => Path.GetRelativePath(place, path))];
        if (missing.Length > 0)
        {
            throw new CommandFailure(
                $"The published study's pictures are not all in '{SourceTree.Shown(place)}': {Listed(missing)} missing. It needs {PublishedFigures.Pictures[0]}{Ending}, " +
                $"{PublishedFigures.Pictures[1]}{Ending} and {PublishedFigures.Pictures[2]}{Ending}, and the ten variants that the study drew as augmented/" +
                $"{PublishedFigures.Variants[0]}{Ending} to augmented/{PublishedFigures.Variants[^1]}{Ending}. Name their folder: ./pipeline study --published FOLDER");
        }

        return new StudyRequest
        {
            Pictures = await ReadAsync(pictures, limits, cancellationToken),
            Variants = await ReadAsync(variants, limits, cancellationToken),
        };
    }

    private static string Listed(string[] missing) => missing.Length switch
    {
        1 => $"{missing[0]} is",
        <= 3 => $"{string.Join(", ", missing)} are",
        _ => $"{string.Join(", ", missing[..3])} and {missing.Length - 3} more are",
    };

    private static async Task<IReadOnlyList<StudyPicture>> ReadAsync(string[] paths, ImageLimits limits, CancellationToken cancellationToken)
    {
        List<StudyPicture> pictures = [];
        foreach (string path in paths)
        {
            PictureFile picture = await PictureFile.ReadAsync(SourceTree.Shown(path), limits, cancellationToken);
            pictures.Add(new StudyPicture(picture.Name, picture.Bytes));
        }

        return pictures;
    }
}
