using System.Numerics.Tensors;

namespace Pipeline.Benchmarks;

/// <summary>Embeddings of images that do not exist, in groups, as a ReLU leaves them: about a third of the values are 0.</summary>
internal sealed class ClusteredEmbeddings
{
    private const int Groups = 500;

    private readonly int _length;
    private readonly float[] _noise;
    private readonly float[][] _groups;

    /// <param name="length">Length of an embedding.</param>
    /// <param name="random">Draws the groups.</param>
    public ClusteredEmbeddings(int length, Random random)
    {
        _length = length;

        // Drawn once; each image takes its noise from another place.
        _noise = [.. Enumerable.Range(0, 4_000_037).Select(_ => (float)Normal(random) - 0.3f)];
        _groups = [.. Enumerable.Range(0, Groups).Select(_ => Squares(length, random))];
    }

    /// <summary>An embedding: L2 norm 1.</summary>
    /// <param name="random">Draws the group and the noise.</param>
    public float[] Draw(Random random)
    {
        float[] values = new float[_length];
        TensorPrimitives.Add(_groups[random.Next(Groups)], _noise.AsSpan(random.Next(_noise.Length - _length), _length), values);
        TensorPrimitives.Max(values, 0f, values);
        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return values;
    }

    private static float[] Squares(int length, Random random)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (float)(1.5 * Math.Pow(Normal(random), 2));
        }

        return values;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
