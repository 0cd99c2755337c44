using Google.Protobuf;
using Pipeline.Imaging;
using Pipeline.ModelBuilding.Onnx;
using Pipeline.Models;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>Writes the int8 form of a float32 model and compares the two on images.</summary>
internal static class Int8Model
{
    /// <summary>Every other image is one that the ranges are taken from, so that the figures are also of images that were not seen.</summary>
    private const int Step = 2;

    // Beyond these, ranges hardly widen.
    private const int MostCalibrating = 100;

    /// <param name="source">The model in float32.</param>
    /// <param name="path">The ONNX file to write.</param>
    /// <param name="images">Images of the model's input size, of the kind that is searched; at least 3.</param>
    /// <param name="progress">Takes the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the work early; an incomplete file may be left.</param>
    /// <returns>How near the two are.</returns>
    /// <exception cref="InvalidDataException">There are too few images, or the model cannot be made int8; the message says why.</exception>
    public static async Task<PrecisionFigures> WriteAsync(
        InstalledModel source,
        string path,
        IReadOnlyList<RgbImage> images,
        IProgress<double> progress,
        CancellationToken cancellationToken)
    {
        if (images.Count < EmbeddingComparison.FewestImages)
        {
            throw new InvalidDataException(
                $"There are {images.Count} images to compare int8 with float32 on; at least {EmbeddingComparison.FewestImages} are " +
                "needed, better a hundred of the kind that is searched. Pass a folder of them with --calibrate.");
        }

        // One after the other: together the file, its session and the other's would be three times the weights in memory.
        IReadOnlyList<Embedding> exact = await EmbedAsync(source, images, Part(0), cancellationToken).ConfigureAwait(false);
        await Task.Run(() => Write(source, path, images, cancellationToken), cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Embedding> rounded = await EmbedAsync(
            source with { Path = path, Precision = Precision.Int8 }, images, Part(0.5), cancellationToken).ConfigureAwait(false);
        return EmbeddingComparison.Compare(exact, rounded);

        Action<double> Part(double start) => share => progress.Report(start + (share / 2));
    }

    /// <summary>
    /// Puts an int8 model into the folder as the one that search uses, and its float32 form as the one of the study. The one that search
    /// uses is replaced last, so an interrupted call leaves the old one.
    /// </summary>
    /// <param name="source">The model in float32, in that folder.</param>
    /// <param name="path">The int8 model that <see cref="WriteAsync"/> has written.</param>
    /// <param name="figures">What it returned.</param>
    /// <param name="folder">The models folder.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="IOException">The files cannot be written, for example because the disk is full.</exception>
    public static InstalledModel Install(
        InstalledModel source, string path, PrecisionFigures figures, string folder, CancellationToken cancellationToken)
    {
        bool isStudied = source.Path == Path.GetFullPath(ModelManifest.ModelPathOf(folder, source.Key, ModelManifest.Studied));
        ModelManifest manifest = ModelManifest.Find(folder, source.Key, isStudied ? ModelManifest.Studied : ModelManifest.Searched)!;
        ModelDefinition entry = manifest.Definition ?? source.Definition;
        if (!isStudied)
        {
            Copy(source.Path, new ModelOrigin(source.Weights, Precision.Float32, source.WithTop), ModelManifest.Studied);
        }

        return Copy(path, new ModelOrigin(source.Weights, Precision.Int8, source.WithTop, figures), ModelManifest.Searched);

        InstalledModel Copy(string file, ModelOrigin origin, string use) =>
            ModelFile.InstallCopy(entry, origin, folder, use, file, manifest.WeightsHash, cancellationToken);
    }

    private static void Write(
        InstalledModel source, string path, IReadOnlyList<RgbImage> images, CancellationToken cancellationToken)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(source.Path));
        RgbImage[] calibrating = [.. images.Where((_, index) => index % Step == 0).Take(MostCalibrating)];
        Int8Quantisation.Apply(model, source.Definition, calibrating, cancellationToken);
        using FileStream file = File.Create(path);
        model.WriteTo(file);
    }

    private static async Task<IReadOnlyList<Embedding>> EmbedAsync(
        InstalledModel model, IReadOnlyList<RgbImage> images, Action<double> report, CancellationToken cancellationToken)
    {
        using var session = new ModelSession(model, cancellationToken);
        var embeddings = new List<Embedding>(images.Count);
        foreach (RgbImage image in images)
        {
            embeddings.Add(await session.EmbedAsync(image, cancellationToken).ConfigureAwait(false));
            report((double)embeddings.Count / images.Count);
        }

        return embeddings;
    }
}
