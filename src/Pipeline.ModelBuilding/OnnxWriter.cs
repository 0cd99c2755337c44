using Google.Protobuf;
using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.ModelBuilding;

/// <summary>Writes an initializer's values, little-endian, into memory of exactly their length.</summary>
internal delegate void FillBytes(Span<byte> bytes);

/// <summary>A tensor of weights whose values are computed only when it is written.</summary>
internal sealed record Initializer(string Name, TensorProto.Types.DataType Type, IReadOnlyList<int> Dimensions, FillBytes Fill)
{
    public int Bytes => Dimensions.Aggregate(1, (product, size) => product * size) * Type switch
    {
        TensorProto.Types.DataType.Uint8 => sizeof(byte),
        TensorProto.Types.DataType.Float => sizeof(float),
        _ => throw new ArgumentOutOfRangeException(nameof(Type), Type, "Unknown type of tensor."),
    };
}

/// <summary>
/// Writes an ONNX model as a stream of protocol buffers, one initializer at a time, so that writing needs memory for the largest layer
/// only. Lengths precede their content, so all of them are computed from the shapes.
/// </summary>
internal static class OnnxWriter
{
    /// <summary>The operators that ONNX Runtime adds to the standard's.</summary>
    public const string RuntimeDomain = "com.microsoft";

    private const int IntermediateRepresentation = 8;
    private const int OperatorSet = 17;

    /// <param name="output">The stream to write to.</param>
    /// <param name="graph">Nodes, inputs and outputs; no initializer.</param>
    /// <param name="initializers">The weights, filled in this order.</param>
    /// <param name="metadata">Called when all weights have been written.</param>
    /// <param name="cancellationToken">Ends the work between two initializers.</param>
    public static void Write(
        Stream output,
        GraphProto graph,
        IReadOnlyList<Initializer> initializers,
        Func<IReadOnlyDictionary<string, string>> metadata,
        CancellationToken cancellationToken)
    {
        using var coded = new CodedOutputStream(output, leaveOpen: true);
        var model = new ModelProto
        {
            IrVersion = IntermediateRepresentation,
            ProducerName = "Pipeline",
            OpsetImport =
            {
                new OperatorSetIdProto { Domain = "", Version = OperatorSet },
                new OperatorSetIdProto { Domain = RuntimeDomain, Version = 1 },
            },
        };
        model.WriteTo(coded);

        TensorProto[] headers = [.. initializers.Select(Header)];
        long length = graph.CalculateSize() + headers.Zip(initializers).Sum(pair => Framed(SizeOf(pair.First, pair.Second)));
        coded.WriteTag(ModelProto.GraphFieldNumber, WireFormat.WireType.LengthDelimited);
        coded.WriteLength(checked((int)length));
        graph.WriteTo(coded);

        byte[] buffer = GC.AllocateUninitializedArray<byte>(initializers.Max(initializer => initializer.Bytes));
        foreach ((TensorProto header, Initializer initializer) in headers.Zip(initializers))
        {
            cancellationToken.ThrowIfCancellationRequested();
            initializer.Fill(buffer.AsSpan(0, initializer.Bytes));
            coded.WriteTag(GraphProto.InitializerFieldNumber, WireFormat.WireType.LengthDelimited);
            coded.WriteLength(SizeOf(header, initializer));
            header.WriteTo(coded);
            coded.WriteTag(TensorProto.RawDataFieldNumber, WireFormat.WireType.LengthDelimited);

            // Not copied: it is written before the buffer is filled again.
            coded.WriteBytes(UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, initializer.Bytes)));
        }

        // Fields of a message may come in any order, and repeated ones are merged.
        var tail = new ModelProto();
        tail.MetadataProps.Add(metadata().Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        tail.WriteTo(coded);
    }

    private static TensorProto Header(Initializer initializer) => new()
    {
        Name = initializer.Name,
        DataType = (int)initializer.Type,
        Dims = { initializer.Dimensions.Select(size => (long)size) },
    };

    private static int SizeOf(TensorProto header, Initializer initializer) => header.CalculateSize() + Framed(initializer.Bytes);

    // One byte of tag, the length, the bytes.
    private static int Framed(int bytes) => checked(1 + CodedOutputStream.ComputeLengthSize(bytes) + bytes);
}
