using System.Numerics.Tensors;
using Pipeline.Search.Codes;

namespace Pipeline.Tests.Search.Codes;

public class RotationTests
{
    /// <summary>The reference multiplies by Hadamard matrices in double precision; what differs is the rounding of floats.</summary>
    [Fact]
    public void It_is_the_rotation_that_NumPy_computes()
    {
        foreach (CodesReference.Case expected in CodesReference.Cases)
        {
            float[] vector = CodesReference.Numbers<float>(expected.Vectors)[..expected.Dimension];
            TensorPrimitives.Subtract(vector, CodesReference.Numbers<float>(expected.Centre), vector);
            var rotation = new Rotation(expected.Dimension, expected.Seed);
            float[] rotated = new float[rotation.PaddedLength];

            rotation.Apply(vector, rotated);

            double[] reference = CodesReference.Numbers<double>(expected.Rotated);
            Assert.Equal(reference.Length, rotated.Length);
            Assert.All(rotated, (value, i) => Assert.Equal(reference[i], value, 1e-6));
        }
    }

    /// <summary>With the reference's signs, of a vector whose first number alone is not zero, by the sums that define the transform.</summary>
    [Fact]
    public void Its_signs_are_those_of_the_reference()
    {
        foreach (CodesReference.Case expected in CodesReference.Cases)
        {
            var rotation = new Rotation(expected.Dimension, expected.Seed);
            double[] values = new double[rotation.PaddedLength];
            values[0] = 1;
            double[] reference = Slow(values, expected.Signs);
            float[] first = new float[expected.Dimension];
            first[0] = 1;
            float[] rotated = new float[rotation.PaddedLength];

            rotation.Apply(first, rotated);

            Assert.All(rotated, (value, i) => Assert.Equal(reference[i], value, 1e-6));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(768)]
    [InlineData(4096)]
    public void It_keeps_lengths_and_angles(int dimension)
    {
        float[][] vectors = EmbeddingSets.Clustered(2, dimension, seed: 2);
        var rotation = new Rotation(dimension, seed: 9);
        float[] first = new float[rotation.PaddedLength];
        float[] second = new float[rotation.PaddedLength];

        rotation.Apply(vectors[0], first);
        rotation.Apply(vectors[1], second);

        Assert.Equal(1, TensorPrimitives.Norm<float>(first), 1e-5);
        Assert.Equal(TensorPrimitives.Dot<float>(vectors[0], vectors[1]), TensorPrimitives.Dot<float>(first, second), 1e-5);
    }

    [Fact]
    public void Another_seed_is_another_rotation()
    {
        float[] vector = EmbeddingSets.Clustered(1, 512, seed: 2)[0];
        float[] first = new float[512];
        float[] second = new float[512];

        new Rotation(512, seed: 1).Apply(vector, first);
        new Rotation(512, seed: 2).Apply(vector, second);

        Assert.InRange(TensorPrimitives.Dot<float>(first, second), -0.2f, 0.2f);
    }

    // Number i of a transformed vector is the sum of all numbers j, negative where i and j have an odd number of bits in common.
    private static double[] Slow(double[] values, byte[] signs)
    {
        int length = values.Length;
        for (int round = 0; round < 3; round++)
        {
            double[] flipped = [.. values.Select((value, i) => signs[(round * length) + i] == 1 ? -value : value)];
            values =
            [
                .. Enumerable.Range(0, length).Select(i =>
                    flipped.Select((value, j) => int.PopCount(i & j) % 2 == 1 ? -value : value).Sum() / Math.Sqrt(length)),
            ];
        }

        return values;
    }
}
