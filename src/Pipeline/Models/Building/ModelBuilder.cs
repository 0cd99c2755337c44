using System.Security.Cryptography;
using Google.Protobuf;
using Pipeline.Models.Building.Onnx;

namespace Pipeline.Models.Building;

/// <summary>Writes a network as an ONNX file. In memory it takes the weights once, and one layer more.</summary>
public static class ModelBuilder
{
    private const int IntermediateRepresentation = 8;
    private const int OperatorSet = 17;

    /// <summary>Builds a model into a folder: <c>KEY.onnx</c>, then its manifest. Both appear whole or not at all.</summary>
    /// <param name="model">The catalogue entry.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="folder">Where to; made if missing.</param>
    /// <param name="cancellationToken">Ends the work early and leaves what was there before.</param>
    /// <exception cref="InvalidDataException">The catalogue names a graph that there is none of, or the weights do not fit.</exception>
    public static Task<InstalledModel> BuildAsync(
        ModelDefinition model, IWeightSource weights, string folder, CancellationToken cancellationToken) =>
        Task.Run(() => Build(model, weights, folder, cancellationToken), cancellationToken);

    /// <summary>The network as an ONNX model, and the hash of its weights.</summary>
    internal static (ModelProto Onnx, string WeightsHash) Compose(
        ModelDefinition model, IWeightSource weights, int divisor, CancellationToken cancellationToken)
    {
        using var builder = new GraphBuilder(model.Key, weights, cancellationToken);
        switch (model.Graph)
        {
            case "vgg16":
                Vgg16.AddTo(builder, model.InputSize, model.Classes, divisor);
                break;
            case "resnet50":
                ResNet50.AddTo(builder, model.InputSize, model.Classes, divisor);
                break;
            default:
                throw new InvalidDataException($"models.json, model '{model.Key}': graph '{model.Graph}' is not one of vgg16, resnet50.");
        }

        (GraphProto graph, string weightsHash) = builder.Build();
        var onnx = new ModelProto
        {
            IrVersion = IntermediateRepresentation,
            ProducerName = "Pipeline",
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OperatorSet } },
        };
        return (onnx, weightsHash);
    }

    private static InstalledModel Build(ModelDefinition model, IWeightSource weights, string folder, CancellationToken cancellationToken)
    {
        (ModelProto onnx, string weightsHash) = Compose(model, weights, divisor: 1, cancellationToken);
        Fingerprint fingerprint = ModelManifest.FingerprintOf(model, weightsHash);
        onnx.MetadataProps.Add(new StringStringEntryProto { Key = "fingerprint", Value = fingerprint.ToString() });
        onnx.MetadataProps.Add(new StringStringEntryProto { Key = "weights", Value = weights.Origin.ToJsonName() });

        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{model.Key}.onnx");
        string part = $"{path}.part";
        try
        {
            (long bytes, string sha256) = Write(onnx, part);
            cancellationToken.ThrowIfCancellationRequested();

            // Without a manifest there is no model: it goes first and comes last.
            File.Delete(ModelManifest.PathOf(folder, model.Key));
            File.Move(part, path, overwrite: true);
            new ModelManifest(model.Key, weights.Origin, fingerprint.ToString(), bytes, sha256).Write(folder);
        }
        finally
        {
            File.Delete(part);
        }

        return new InstalledModel(model, fingerprint, weights.Origin, path);
    }

    private static (long Bytes, string Sha256) Write(ModelProto onnx, string path)
    {
        using var sha256 = SHA256.Create();
        long bytes;
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
        using (var hashed = new CryptoStream(file, sha256, CryptoStreamMode.Write, leaveOpen: true))
        {
            onnx.WriteTo(hashed);
            hashed.FlushFinalBlock();
            bytes = file.Length;
        }

        return (bytes, Convert.ToHexStringLower(sha256.Hash!));
    }
}
