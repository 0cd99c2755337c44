using Pipeline.Cli.Demo;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Cli.Setup;

/// <summary>The images that int8 is calibrated on and compared with float32 on.</summary>
/// <param name="folder">A folder of images.</param>
/// <param name="console">The console.</param>
internal sealed class CalibrationImages(string folder, CommandConsole console)
{
    /// <summary>Reads the images in the form that a model takes; one that cannot be decoded is left out, with a line that says why.</summary>
    /// <exception cref="CommandFailure">There is no such folder, or no image in it.</exception>
    public async Task<IReadOnlyList<RgbImage>> ReadAsync(ModelDefinition model, CancellationToken cancellationToken)
    {
        IReadOnlyList<Sample> files = Samples.Find(folder);
        if (files.Count == 0)
        {
            throw new CommandFailure(
                $"There is no image in '{SourceTree.Display(folder)}'. Pass --calibrate with a folder of images of the kind that is " +
                $"searched ({Samples.Endings}).");
        }

        using var decoder = new ImageDecoder(new ImageLimits());
        var images = new List<RgbImage>();
        await console.StageAsync($"Reading {files.Count} images for {model.Title}", async progress =>
        {
            foreach ((int index, Sample file) in files.Index())
            {
                byte[] bytes = await File.ReadAllBytesAsync(file.Path, cancellationToken);
                try
                {
                    images.Add((await decoder.DecodeAsync(bytes, model.InputForm, cancellationToken)).Pixels);
                }
                catch (InvalidImageException invalid)
                {
                    console.Line($"{file.Name} is left out: {invalid.Message}");
                }

                progress.Report(new StageProgress((index + 1.0) / files.Count, file.Name));
            }
        });
        return images;
    }
}
