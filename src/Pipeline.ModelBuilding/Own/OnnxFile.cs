using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.ModelBuilding.Own;

/// <summary>A user's ONNX file, whole in memory: weights that lie in files beside it are read into it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Sha256">SHA-256 of the file and of those beside it, 64 hexadecimal digits.</param>
internal sealed record OnnxFile(ModelProto Model, string Sha256)
{
    /// <summary>A protocol buffer has at most this many bytes, and so has a model with all its weights.</summary>
    public const long MaxBytes = int.MaxValue;

    // The operators of ONNX, of its classical machine learning, and of ONNX Runtime.
    private static readonly string[] Domains =
        ["", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc", "org.pytorch.aten", "pkg.onnxscript.torch_lib"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is no ONNX model that can be used; the message says why, and what to do.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OnnxFile Read(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > MaxBytes)
        {
            throw TooLarge(path, length);
        }

        ModelProto model;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            hash.AppendData(bytes);
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw NoOnnx(path, exception);
        }

        if (model.Graph is not { Node.Count: > 0 } graph || model.OpsetImport.Count == 0)
        {
            throw NoOnnx(path, null);
        }

        if (model.OpsetImport.FirstOrDefault(import => !IsKnown(model, import.Domain)) is { } custom)
        {
            throw new InvalidDataException(
                $"'{path}' uses operators of '{custom.Domain}', which ONNX Runtime does not have. Export the model with ONNX' own " +
                "operators only.");
        }

        InlineWeights(path, length, graph, hash);
        return new OnnxFile(model, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>The names of the outputs.</summary>
    public IReadOnlyList<string> Outputs => [.. Model.Graph.Output.Select(output => output.Name)];

    /// <summary>Writes the model with all its weights into one file.</summary>
    public void Save(string path)
    {
        using FileStream stream = File.Create(path);
        Model.WriteTo(stream);
    }

    /// <summary>Makes a tensor within the graph an output: the embedding of a classifier lies before its last layer.</summary>
    /// <param name="tensor">The tensor's name.</param>
    /// <returns>False where the graph has no such tensor.</returns>
    public bool TryAddOutput(string tensor)
    {
        if (Model.Graph.Output.Any(output => output.Name == tensor))
        {
            return true;
        }

        if (!Model.Graph.Node.Any(node => node.Output.Contains(tensor)))
        {
            return false;
        }

        // Without a shape: the runtime finds it.
        var type = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float };
        Model.Graph.Output.Add(new ValueInfoProto { Name = tensor, Type = new TypeProto { TensorType = type } });
        return true;
    }

    // A domain whose operators are functions within the file, as PyTorch's exporter writes them, needs nothing of the runtime.
    private static bool IsKnown(ModelProto model, string domain) =>
        Domains.Contains(domain, StringComparer.Ordinal) || !model.Graph.Node.Any(node => node.Domain == domain);

    /// <summary>Reads weights from files beside the model, which the file names relative to its own folder.</summary>
    private static void InlineWeights(string path, long length, GraphProto graph, IncrementalHash hash)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        long total = length;
        foreach (TensorProto tensor in graph.Initializer.Where(
            tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External))
        {
            var entries = tensor.ExternalData.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
            string location = entries.GetValueOrDefault("location", "");
            string file = Path.GetFullPath(Path.Combine(folder, location));
            if (location.Length == 0 || Path.IsPathRooted(location) || !file.StartsWith(folder, StringComparison.Ordinal))
            {
                throw new InvalidDataException(
                    $"'{path}' has weights in '{location}', which is not in its own folder. Put the file beside the model, and save the " +
                    "model anew.");
            }

            if (!File.Exists(file))
            {
                throw new InvalidDataException(
                    $"'{path}' has its weights in '{location}', which is not there. Put that file beside it.");
            }

            using FileStream stream = File.OpenRead(file);
            long offset = Number(entries, "offset", 0);
            long size = Number(entries, "length", stream.Length - offset);
            total += size;
            if (total > MaxBytes)
            {
                throw TooLarge(path, total);
            }

            if (offset < 0 || size < 0 || offset + size > stream.Length)
            {
                throw new InvalidDataException(
                    $"'{path}' has weights at bytes {offset:N0} to {offset + size:N0} of '{location}', which has {stream.Length:N0}: " +
                    "they are not of one export. Export the model again.");
            }

            byte[] bytes = new byte[size];
            stream.Position = offset;
            stream.ReadExactly(bytes);
            hash.AppendData(Encoding.UTF8.GetBytes(tensor.Name));
            hash.AppendData(bytes);
            tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
            tensor.ExternalData.Clear();
            tensor.DataLocation = TensorProto.Types.DataLocation.Default;
        }
    }

    private static long Number(Dictionary<string, string> entries, string key, long missing) =>
        entries.TryGetValue(key, out string? text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : missing;

    private static InvalidDataException NoOnnx(string path, Exception? inner) => new(
        $"'{path}' is no ONNX model. Export the network to ONNX, for example with torch.onnx.export or tf2onnx, and name that file.",
        inner);

    private static InvalidDataException TooLarge(string path, long bytes) => new(
        $"'{path}' has {bytes:N0} bytes of weights; at most {MaxBytes:N0} are possible in one ONNX file. Export it in half precision, or " +
        "take a smaller model.");
}
