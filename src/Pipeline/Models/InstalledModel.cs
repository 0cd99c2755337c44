using System.Security.Cryptography;

namespace Pipeline.Models;

/// <summary>A model whose ONNX file is in the models folder.</summary>
/// <param name="Definition">Its catalogue entry; for a model without dense layers, with the embedding of that variant.</param>
/// <param name="Fingerprint">What its embeddings are made with.</param>
/// <param name="Weights">Where its weights come from.</param>
/// <param name="Precision">The number format of its weights.</param>
/// <param name="WithTop">Whether it has its dense layers, and so predicts classes.</param>
/// <param name="Path">The ONNX file.</param>
public sealed record InstalledModel(
    ModelDefinition Definition, Fingerprint Fingerprint, WeightsOrigin Weights, Precision Precision, bool WithTop, string Path)
{
    /// <summary>The output with a probability for each class: <c>predictions</c>.</summary>
    public const string PredictionsOutput = "predictions";

    /// <summary>What to do about a damaged model, for messages.</summary>
    public const string RebuildAdvice =
        "Install the model again: ./pipeline models pull --force, or ./pipeline models build --seeded --force for untrained weights; " +
        "one of your own with ./pipeline models add.";

    /// <summary>How near its embeddings are to those of float32; null where that was not measured.</summary>
    public PrecisionFigures? Figures { get; init; }

    /// <summary>Short for <see cref="ModelDefinition.Key"/>.</summary>
    public string Key => Definition.Key;

    /// <summary>The outputs that are one vector per image and can be compared; the embedding first.</summary>
    public IReadOnlyList<string> VectorOutputs => WithTop
        ? [.. new[] { Definition.EmbeddingOutput, PredictionsOutput, Definition.NoTop?.EmbeddingOutput }.OfType<string>().Distinct()]
        : [Definition.EmbeddingOutput];

    /// <summary>Looks for the model that search uses, without loading it.</summary>
    /// <param name="definition">The model.</param>
    /// <param name="folder">The models folder.</param>
    /// <returns>Null if it was not built.</returns>
    /// <exception cref="InvalidDataException">The files are damaged or of another version; the message says what to do.</exception>
    internal static InstalledModel? Find(ModelDefinition definition, string folder) => Find(definition, folder, ModelManifest.Searched);

    /// <summary>Looks for the model in float32, which the study runs, without loading it.</summary>
    /// <inheritdoc cref="Find(ModelDefinition, string)"/>
    internal static InstalledModel? FindFloat32(ModelDefinition definition, string folder) =>
        Find(definition, folder) is not { } searched ? null
        : searched.Precision == Precision.Float32 ? searched
        : ModelManifest.Find(folder, definition.Key)?.WeightsHash == ModelManifest.Find(
            folder, definition.Key, ModelManifest.Studied)?.WeightsHash
            ? Find(definition, folder, ModelManifest.Studied)
        : null;

    /// <summary>Reads the whole file and compares it with its manifest.</summary>
    /// <returns>False if the file is not the one that was built.</returns>
    public async Task<bool> VerifyAsync(CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(Path);
        byte[] hash = await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false);
        string use = System.IO.Path.GetFileNameWithoutExtension(Path)[Key.Length..];
        return ModelManifest.Find(System.IO.Path.GetDirectoryName(Path)!, Key, use)?.Sha256 == Convert.ToHexStringLower(hash);
    }

    internal static string MissingMessage(ModelDefinition definition, string folder) =>
        $"There is no model '{definition.Key}' in '{folder}'. Get it with ./pipeline models pull, or untrained with " +
        "./pipeline models build --seeded, or set Models__Folder.";

    private static InstalledModel? Find(ModelDefinition definition, string folder, string use)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (ModelManifest.Find(folder, definition.Key, use) is not { } manifest)
        {
            return null;
        }

        var file = new FileInfo(ModelManifest.ModelPathOf(folder, definition.Key, use));
        return file.Exists && file.Length == manifest.Bytes
            ? manifest.Install(definition, file.FullName)
            : throw new InvalidDataException(
                $"'{file.FullName}' {(file.Exists ? $"has {file.Length:N0} bytes instead of {manifest.Bytes:N0}" : "is missing")}. " +
                $"{RebuildAdvice}");
    }
}
