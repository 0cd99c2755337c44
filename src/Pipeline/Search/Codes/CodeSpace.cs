using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Pipeline.Search.Codes;

/// <summary>
/// Turns embeddings into codes of one bit a dimension and two floats, from which cosines are estimated without bias and with known limits.
/// Codes can be compared with queries prepared by an equal space only.
/// </summary>
/// <remarks>
/// RaBitQ: Gao and Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound for Approximate Nearest Neighbor
/// Search", SIGMOD 2024. What follows from L2 norms of 1 is used throughout: with r and s, the differences of embedding and query from the
/// centre, the cosine is r.s + 1 - (|r|² + |s|²) / 2, so that only r.s is estimated.
/// </remarks>
internal sealed class CodeSpace
{
    // Stored embeddings have norm 1 up to the rounding of floats; anything further away is an error of the caller.
    private const double NormTolerance = 1e-3;

    private readonly Rotation _rotation;

    /// <param name="dimension">Length of the embeddings, 1 or more.</param>
    /// <param name="centre">float[dimension], best the mean of a sample of the embeddings: the closer, the smaller the errors.</param>
    /// <param name="seed">Draws the rotation.</param>
    public CodeSpace(int dimension, ReadOnlyMemory<float> centre, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(centre.Length, dimension);
        if (!float.IsFinite(TensorPrimitives.Sum(centre.Span)))
        {
            throw new ArgumentException("A centre of codes holds numbers only, no NaN and no infinity.", nameof(centre));
        }

        (Centre, Seed, _rotation) = (centre, seed, new Rotation(dimension, seed));
    }

    /// <summary>Length of the embeddings.</summary>
    public int Dimension => _rotation.Dimension;

    /// <summary>float[<see cref="Dimension"/>].</summary>
    public ReadOnlyMemory<float> Centre { get; }

    public ulong Seed { get; }

    /// <summary>How many ulong the bits of one code take.</summary>
    public int Words => _rotation.PaddedLength / 64;

    /// <summary>The mean of embeddings, for <see cref="Centre"/>.</summary>
    /// <param name="sample">float[dimension] each, one or more. A thousand are enough: the mean of n is off by 1 / sqrt(n) of their spread.</param>
    /// <param name="dimension">Their length.</param>
    public static float[] Mean(IEnumerable<ReadOnlyMemory<float>> sample, int dimension)
    {
        double[] sum = new double[dimension];
        double[] wide = new double[dimension];
        int count = 0;
        foreach (ReadOnlyMemory<float> vector in sample)
        {
            TensorPrimitives.ConvertTruncating(vector.Span, wide);
            TensorPrimitives.Add(sum, wide, sum);
            count++;
        }

        ArgumentOutOfRangeException.ThrowIfZero(count, nameof(sample));
        TensorPrimitives.Divide(sum, count, sum);
        float[] mean = new float[dimension];
        TensorPrimitives.ConvertTruncating<double, float>(sum, mean);
        return mean;
    }

    /// <summary>The code of an embedding.</summary>
    /// <param name="vector">float[<see cref="Dimension"/>], L2 norm 1.</param>
    /// <param name="bits">ulong[<see cref="Words"/>]: bit i of the whole is 1 where dimension i, rotated, is 0 or more.</param>
    /// <exception cref="ArgumentException">The norm is not 1, or the embedding holds NaN.</exception>
    public CodeScalars Encode(ReadOnlySpan<float> vector, Span<ulong> bits)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bits.Length, Words);
        float[] rented = ArrayPool<float>.Shared.Rent(_rotation.PaddedLength);
        try
        {
            Span<float> rotated = rented.AsSpan(0, _rotation.PaddedLength);
            float norm = Rotate(vector, rotated);
            for (int word = 0; word < bits.Length; word++)
            {
                bits[word] = SignsOf(rotated.Slice(64 * word, 64));
            }

            float sum = TensorPrimitives.SumOfMagnitudes<float>(rotated);
            return new CodeScalars(norm, norm > 0 ? MathF.Max(1, norm * MathF.Sqrt(rotated.Length) / sum) : 1);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>A query made ready to be compared with many codes.</summary>
    /// <param name="query">float[<see cref="Dimension"/>], L2 norm 1.</param>
    /// <exception cref="ArgumentException">The norm is not 1, or the query holds NaN.</exception>
    public CodeQuery Prepare(ReadOnlySpan<float> query)
    {
        float[] rotated = new float[_rotation.PaddedLength];
        Rotate(query, rotated);
        return new CodeQuery(rotated);
    }

    /// <summary>Seed and centre, little-endian; the dimension follows from the length.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[sizeof(ulong) + (sizeof(float) * Dimension)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Seed);
        for (int i = 0; i < Dimension; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(
                bytes.AsSpan(sizeof(ulong) + (sizeof(float) * i)), Centre.Span[i]);
        }

        return bytes;
    }

    /// <summary>The space that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="ArgumentException">These bytes are no space.</exception>
    public static CodeSpace FromBytes(ReadOnlySpan<byte> bytes)
    {
        int dimension = (bytes.Length - sizeof(ulong)) / sizeof(float);
        if (dimension < 1 || bytes.Length != sizeof(ulong) + (sizeof(float) * dimension))
        {
            throw new ArgumentException($"{bytes.Length} bytes are no space of codes: that is 8 bytes and 4 a dimension.", nameof(bytes));
        }

        float[] centre = new float[dimension];
        for (int i = 0; i < dimension; i++)
        {
            centre[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(sizeof(ulong) + (sizeof(float) * i))..]);
        }

        return new CodeSpace(dimension, centre, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }

    // Gives the norm of the difference from the centre.
    private float Rotate(ReadOnlySpan<float> vector, Span<float> rotated)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, Dimension);
        float length = TensorPrimitives.Norm(vector);

        // Written so that NaN fails, too.
        if (!(Math.Abs(length - 1) <= NormTolerance))
        {
            throw new ArgumentException(
                $"The embedding's L2 norm is {length}. It must be 1; divide the embedding by its norm.", nameof(vector));
        }

        float[] rented = ArrayPool<float>.Shared.Rent(Dimension);
        Span<float> difference = rented.AsSpan(0, Dimension);
        TensorPrimitives.Subtract(vector, Centre.Span, difference);
        float norm = TensorPrimitives.Norm<float>(difference);
        _rotation.Apply(difference, rotated);
        ArrayPool<float>.Shared.Return(rented);
        return norm;
    }

    private static ulong SignsOf(ReadOnlySpan<float> values)
    {
        ulong bits = 0;
        ReadOnlySpan<int> raw = MemoryMarshal.Cast<float, int>(values);
        for (int i = 0; i < raw.Length; i++)
        {
            bits |= (ulong)(~raw[i] >>> 31) << i;
        }

        return bits;
    }
}
