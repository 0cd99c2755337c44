using System.Runtime.InteropServices;
using Google.Protobuf;
using Pipeline.ModelBuilding.Onnx;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>The values of initializers, which ONNX keeps as bytes or as numbers.</summary>
internal static class TensorValues
{
    /// <summary>A copy of the values, row-major.</summary>
    /// <exception cref="InvalidDataException">They are not as many as the dimensions say.</exception>
    public static float[] Read(TensorProto tensor)
    {
        float[] values = tensor.RawData.IsEmpty
            ? [.. tensor.FloatData]
            : MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
        long expected = tensor.Dims.Aggregate(1L, (product, size) => product * size);
        return values.Length == expected ? values : throw new InvalidDataException(
            $"The tensor '{tensor.Name}' has {values.Length:N0} values instead of {expected:N0}: the file is damaged. Export it anew.");
    }

    /// <summary>Whether a tensor is float32 with that many dimensions.</summary>
    public static bool IsFloat(TensorProto tensor, int dimensions) =>
        tensor.DataType == (int)TensorProto.Types.DataType.Float && tensor.Dims.Count == dimensions;

    public static TensorProto Floats(string name, float[] values, params IEnumerable<long> dimensions) =>
        Of(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes<float>(values), dimensions);

    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="bytes">Its values, little-endian; they are copied.</param>
    /// <param name="dimensions">Its dimensions; none for a single value.</param>
    public static TensorProto Of(
        string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, params IEnumerable<long> dimensions) => new()
        {
            Name = name,
            DataType = (int)type,
            Dims = { dimensions },
            RawData = ByteString.CopyFrom(bytes),
        };
}
