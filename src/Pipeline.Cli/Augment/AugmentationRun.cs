using System.Globalization;
using Pipeline.Cli.Images;
using Pipeline.Cli.Terminal;
using Pipeline.Drawing;
using Pipeline.Imaging;

namespace Pipeline.Cli.Augment;

/// <summary>
/// Writes an image's variants, a contact sheet and a record of how they were made into a folder. They appear there when
/// all are complete; other files of the folder are not touched.
/// </summary>
/// <param name="image">The original.</param>
/// <param name="name">The first part of the variants' names.</param>
/// <param name="seed">Selects the series of variants.</param>
/// <param name="count">How many, 1 to 100.</param>
/// <param name="folder">The target folder; created if missing.</param>
internal sealed class AugmentationRun(FileInfo image, string name, int seed, int count, string folder)
{
    public const string SheetName = "contact-sheet.png";
    public const string RecordName = "augmentation.json";

    private const int SheetColumns = 5;
    private const int SheetCell = 240;

    public int Count => count;

    /// <exception cref="CommandFailure">The file is not accepted as an image.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task WriteAsync(IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var ranges = new AugmentationRanges();
        RgbImage original = await ReadAsync(cancellationToken);
        using var output = OutputFolder.Open(folder);

        // Only the thumbnails for the sheet are kept in memory.
        List<CaptionedImage> sheet = [new("original", Thumbnails.Fit(original, SheetCell, SheetCell))];
        List<AugmentedImage> images = [];
        for (int index = 0; index < count; index++)
        {
            AugmentationTransform transform = Augmentation.Draw(ranges, original.Width, original.Height, seed, index);
            RgbImage augmented = Augmentation.Apply(original, transform);
            string file = string.Create(CultureInfo.InvariantCulture, $"{name}-augmented-{index:00}.png");
            await output.WriteAsync(file, ImageEncoder.ToPng(augmented), cancellationToken);
            sheet.Add(new CaptionedImage(Caption(index, transform), Thumbnails.Fit(augmented, SheetCell, SheetCell)));
            images.Add(new AugmentedImage(file, transform));
            progress.Report(new StageProgress((index + 1.0) / count, $"{index + 1} of {count}"));
        }

        await output.WriteAsync(SheetName, ImageEncoder.ToPng(ContactSheet.Draw(sheet, SheetColumns, SheetCell)), cancellationToken);
        var record = new AugmentationRecord(image.Name, original.Width, original.Height, seed, ranges, images);
        await output.WriteAsync(RecordName, JsonReport.WriteUtf8(record), cancellationToken);
        output.Complete();
    }

    private async Task<RgbImage> ReadAsync(CancellationToken cancellationToken)
    {
        using var decoder = new ImageDecoder(new ImageLimits());
        return (await ImageFile.ReadAsync(image, decoder.Limits, cancellationToken)).Decode(decoder);
    }

    // Short enough for a cell of the sheet.
    private static string Caption(int index, AugmentationTransform transform) => string.Create(
        CultureInfo.InvariantCulture, $"{index:00} {transform.Rotation:+0.0;-0.0} deg{(transform.FlipHorizontally ? ", flip" : "")}");
}
