using CsCheck;
using Pipeline.Comparison;

namespace Pipeline.Tests.Comparison;

public class VectorCosineTests
{
    private static readonly Gen<float[]> Vector = Gen.Float[-10, 10].Array[16].Where(vector => vector.Any(value => Math.Abs(value) > 0.1f));

    [Fact]
    public void It_is_the_angles_cosine()
    {
        Assert.Equal(0.6, VectorCosine.Between([3, 4], [5, 0]), 1e-12);
        Assert.Equal(0, VectorCosine.Between([1, 0], [0, 7]), 1e-12);
        Assert.Equal(-1, VectorCosine.Between([1, 2], [-2, -4]), 1e-12);
    }

    [Fact]
    public void Length_makes_no_difference_and_neither_does_the_order() => Gen.Select(Vector, Vector).Sample((first, second) =>
    {
        double cosine = VectorCosine.Between(first, second);
        Assert.InRange(cosine, -1, 1);
        Assert.Equal(cosine, VectorCosine.Between(second, first), 1e-12);
        Assert.Equal(cosine, VectorCosine.Between([.. first.Select(value => value * 4)], second), 1e-12);
        Assert.Equal(1, VectorCosine.Between(first, first), 1e-12);
    });

    [Fact]
    public void Vectors_too_similar_for_float32_are_still_distinguished()
    {
        float[] first = [.. Enumerable.Range(0, 4096).Select(i => 1f + (i % 7))];
        float[] second = [.. first];
        second[0] += 0.01f;

        Assert.InRange(1 - VectorCosine.Between(first, second), 1e-11, 1e-9);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_vector_without_direction_is_refused(float value) =>
        Assert.Throws<InvalidDataException>(() => VectorCosine.Between([value, value], [1, 1]));

    [Fact]
    public void Vectors_of_different_lengths_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorCosine.Between([1], [1, 2]));
}
