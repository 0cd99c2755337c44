using Pipeline.Models;

namespace Pipeline.ModelBuilding;

/// <summary>Writes models as ONNX files. It needs memory for the weights of the largest layer only.</summary>
internal static class ModelBuilder
{
    /// <summary>
    /// Builds a model into a folder: the file that search uses, in the catalogue's precision, and where that is not float32, one more for
    /// the study, which always runs float32. Each has a manifest that is written last, so a model is never visible before it is complete.
    /// </summary>
    /// <param name="model">The catalogue entry.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="withTop">
    /// Whether it has the dense layers; without them the embedding is that of <see cref="ModelDefinition.NoTop"/>.
    /// </param>
    /// <param name="folder">The folder; created if missing.</param>
    /// <param name="cancellationToken">Ends the work early; existing files stay as they are.</param>
    /// <returns>The model that search uses.</returns>
    /// <exception cref="InvalidDataException">The catalogue names an unknown graph, or the weights do not fit.</exception>
    /// <exception cref="IOException">The files cannot be written, for example because the disk is full.</exception>
    public static Task<InstalledModel> BuildAsync(
        ModelDefinition model, IWeightSource weights, bool withTop, string folder, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                ArgumentNullException.ThrowIfNull(model);
                Precision searched = model.PrecisionOf(withTop);
                if (searched == Precision.Float32)
                {
                    InstalledModel built = Build(model, weights, searched, withTop, folder, ModelManifest.Searched, cancellationToken);
                    ModelManifest.Delete(folder, model.Key, ModelManifest.Studied);
                    return built;
                }

                // The file that search uses is last: an interrupted build is repeated by the next command, which looks for that one.
                Build(model, weights, Precision.Float32, withTop, folder, ModelManifest.Studied, cancellationToken);

                // Without this, the first file's buffers (half a gigabyte for VGG16) would still be in memory when the second's are
                // allocated, because nothing else makes the collector run in between.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                return Build(model, weights, searched, withTop, folder, ModelManifest.Searched, cancellationToken);
            },
            cancellationToken);

    /// <summary>Writes a model as an ONNX file.</summary>
    /// <param name="model">The catalogue entry.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="precision">What the dense layers' kernels are written in.</param>
    /// <param name="withTop">Whether it has the dense layers.</param>
    /// <param name="divisor">Divides every width, for small models in tests; 1 is the original size.</param>
    /// <param name="output">The stream to write to.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The SHA-256 of the weights as they were read, 64 hexadecimal digits.</returns>
    internal static string Write(
        ModelDefinition model,
        IWeightSource weights,
        Precision precision,
        bool withTop,
        int divisor,
        Stream output,
        CancellationToken cancellationToken)
    {
        using var builder = new GraphBuilder(model.Key, weights, precision);
        int? classes = withTop ? model.Classes : null;
        switch (model.Graph)
        {
            case "vgg16":
                Vgg16.AddTo(builder, model.InputSize, classes, divisor);
                break;
            case "resnet50":
                ResNet50.AddTo(builder, model.InputSize, classes, divisor);
                break;
            default:
                throw new InvalidDataException($"models.json, model '{model.Key}': graph '{model.Graph}' is not one of vgg16, resnet50.");
        }

        string hash = "";
        builder.Write(
            output,
            weightsHash => new Dictionary<string, string>
            {
                ["weights"] = weights.Origin.ToJsonName(),
                ["weightsHash"] = hash = weightsHash,
            },
            cancellationToken);
        return hash;
    }

    private static InstalledModel Build(
        ModelDefinition model,
        IWeightSource weights,
        Precision precision,
        bool withTop,
        string folder,
        string use,
        CancellationToken cancellationToken) => ModelFile.Install(
            model,
            new ModelOrigin(weights.Origin, precision, withTop),
            folder,
            use,
            file => Write(model, weights, precision, withTop, divisor: 1, file, cancellationToken),
            cancellationToken);
}
