using System.Security.Cryptography;

namespace Pipeline.Models;

/// <summary>A network whose ONNX file lies ready in the models folder.</summary>
/// <param name="Definition">Its catalogue entry.</param>
/// <param name="Fingerprint">What its embeddings are made with.</param>
/// <param name="Weights">Where its weights come from.</param>
/// <param name="Path">The ONNX file.</param>
public sealed record InstalledModel(ModelDefinition Definition, Fingerprint Fingerprint, WeightsOrigin Weights, string Path)
{
    /// <summary>Short for <see cref="ModelDefinition.Key"/>.</summary>
    public string Key => Definition.Key;

    /// <summary>Looks for a model in a folder, without loading it.</summary>
    /// <param name="definition">The model.</param>
    /// <param name="folder">The models folder.</param>
    /// <returns>Null where it was not built.</returns>
    /// <exception cref="InvalidDataException">What lies there is not whole; the message says what to do.</exception>
    public static InstalledModel? Find(ModelDefinition definition, string folder)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (ModelManifest.Find(folder, definition.Key) is not { } manifest)
        {
            return null;
        }

        var file = new FileInfo(System.IO.Path.Combine(folder, $"{definition.Key}.onnx"));
        return file.Exists && file.Length == manifest.Bytes
            ? new InstalledModel(definition, new Fingerprint(manifest.Fingerprint), manifest.Weights, file.FullName)
            : throw new InvalidDataException(
                $"'{file.FullName}' {(file.Exists ? $"has {file.Length:N0} bytes instead of {manifest.Bytes:N0}" : "is missing")}. " +
                "Build the model anew: ./pipeline models build --seeded --force");
    }

    internal static string MissingMessage(ModelDefinition definition, string folder) =>
        $"There is no model '{definition.Key}' in '{folder}'. Build it with ./pipeline models build --seeded, or set Models__Folder.";

    /// <summary>Reads the whole file and compares it with its manifest.</summary>
    /// <returns>False where the file is not what was built.</returns>
    public async Task<bool> VerifyAsync(CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(Path);
        byte[] hash = await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false);
        return ModelManifest.Find(System.IO.Path.GetDirectoryName(Path)!, Key)?.Sha256 == Convert.ToHexStringLower(hash);
    }
}
