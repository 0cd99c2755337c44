using System.Security.Cryptography;
using Pipeline.Models;

namespace Pipeline.ModelBuilding;

/// <summary>What a model file is made of, for its manifest.</summary>
/// <param name="Weights">Where the weights come from.</param>
/// <param name="Precision">The number format of the weights in the file.</param>
/// <param name="WithTop">Whether it predicts classes.</param>
/// <param name="Figures">How near its embeddings are to those of float32, where that was measured.</param>
internal sealed record ModelOrigin(WeightsOrigin Weights, Precision Precision, bool WithTop, PrecisionFigures? Figures = null);

/// <summary>Puts an ONNX file and its manifest into the models folder, so that a model is never visible before it is complete.</summary>
internal static class ModelFile
{
    /// <summary>Writes a model.</summary>
    /// <param name="model">The entry that it is built from.</param>
    /// <param name="origin">What it is made of.</param>
    /// <param name="folder">The models folder; created if missing.</param>
    /// <param name="use"><see cref="ModelManifest.Searched"/> or <see cref="ModelManifest.Studied"/>.</param>
    /// <param name="write">Writes the ONNX file; returns the SHA-256 of the weights as they were read, 64 hexadecimal digits.</param>
    /// <param name="cancellationToken">Ends the work early; existing files stay as they are.</param>
    /// <exception cref="IOException">The files cannot be written, for example because the disk is full.</exception>
    public static InstalledModel Install(
        ModelDefinition model,
        ModelOrigin origin,
        string folder,
        string use,
        Func<Stream, string> write,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(origin);
        Directory.CreateDirectory(folder);
        string path = ModelManifest.ModelPathOf(folder, model.Key, use);
        string part = $"{path}.part";
        try
        {
            (string weightsHash, long bytes, string sha256) = Write(part, write);
            cancellationToken.ThrowIfCancellationRequested();

            ModelDefinition fingerprinted = origin.WithTop ? model : model.WithoutTop();

            // The bytes of an int8 model also depend on the images that its ranges are from.
            string ingredients = origin.Precision == Precision.Int8 ? $"{weightsHash}|{sha256}" : weightsHash;
            var manifest = new ModelManifest(
                ModelManifest.CurrentFormat,
                model.Key,
                origin.Weights,
                weightsHash,
                origin.Precision,
                origin.WithTop,
                ModelManifest.FingerprintOf(fingerprinted, ingredients, origin.Precision).ToString(),
                bytes,
                sha256,
                model,
                origin.Figures);
            if (use == ModelManifest.Searched)
            {
                KeepReplaced(model, manifest.Fingerprint, folder);
            }

            // A model exists if its manifest does: the manifest is deleted first and written last.
            File.Delete(ModelManifest.PathOf(folder, model.Key, use));
            File.Move(part, path, overwrite: true);
            manifest.Write(folder, use);
            return manifest.Install(model, path);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Writes a model that is a file already, by copying it.</summary>
    /// <param name="model">The entry that it is built from.</param>
    /// <param name="origin">What it is made of.</param>
    /// <param name="folder">The models folder; created if missing.</param>
    /// <param name="use"><see cref="ModelManifest.Searched"/> or <see cref="ModelManifest.Studied"/>.</param>
    /// <param name="file">The ONNX file; it stays.</param>
    /// <param name="weightsHash">SHA-256 of the weights as they were read, 64 hexadecimal digits.</param>
    /// <param name="cancellationToken">Ends the work early; existing files stay as they are.</param>
    /// <exception cref="IOException">The files cannot be written, for example because the disk is full.</exception>
    public static InstalledModel InstallCopy(
        ModelDefinition model,
        ModelOrigin origin,
        string folder,
        string use,
        string file,
        string weightsHash,
        CancellationToken cancellationToken) => Install(
            model,
            origin,
            folder,
            use,
            output =>
            {
                using FileStream whole = File.OpenRead(file);
                whole.CopyTo(output);
                return weightsHash;
            },
            cancellationToken);

    /// <summary>Keeps the version that is replaced, if its embeddings are others: queries need it until all images are embedded anew.</summary>
    private static void KeepReplaced(ModelDefinition model, string next, string folder)
    {
        if (FindWhole(model, folder) is not { } replaced || replaced.Fingerprint.ToString() == next)
        {
            return;
        }

        string kept = Path.Combine(folder, ModelManifest.PreviousFolder);
        Directory.CreateDirectory(kept);
        File.Delete(ModelManifest.PathOf(kept, model.Key));
        File.Move(ModelManifest.ModelPathOf(folder, model.Key), ModelManifest.ModelPathOf(kept, model.Key), overwrite: true);
        File.Move(ModelManifest.PathOf(folder, model.Key), ModelManifest.PathOf(kept, model.Key));
    }

    /// <summary>The installed model; null where there is none, or none that could be run.</summary>
    private static InstalledModel? FindWhole(ModelDefinition model, string folder)
    {
        try
        {
            return InstalledModel.Find(model, folder);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or FormatException)
        {
            return null;
        }
    }

    private static (string WeightsHash, long Bytes, string Sha256) Write(string path, Func<Stream, string> write)
    {
        using var sha256 = SHA256.Create();
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
        using var hashed = new CryptoStream(file, sha256, CryptoStreamMode.Write, leaveOpen: true);
        string weightsHash = write(hashed);
        hashed.FlushFinalBlock();

        // Flushed to the disk before it gets its name: a power failure leaves no incomplete file under that name.
        file.Flush(flushToDisk: true);
        return (weightsHash, file.Length, Convert.ToHexStringLower(sha256.Hash!));
    }
}
