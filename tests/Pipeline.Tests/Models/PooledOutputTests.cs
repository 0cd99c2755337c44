using Pipeline.Models;

namespace Pipeline.Tests.Models;

public class PooledOutputTests
{
    [Theory]
    [InlineData(Pooling.None, new long[] { 1, 4 }, new float[] { 1, 2, 3, 4 })]
    [InlineData(Pooling.None, new long[] { 1, 4, 1, 1 }, new float[] { 1, 2, 3, 4 })]
    [InlineData(Pooling.Mean, new long[] { 1, 2, 1, 2 }, new float[] { 1.5f, 3.5f })]
    [InlineData(Pooling.Mean, new long[] { 1, 2, 2 }, new float[] { 2, 3 })]
    [InlineData(Pooling.Cls, new long[] { 1, 2, 2 }, new float[] { 1, 2 })]
    public void An_output_becomes_one_vector(Pooling pooling, long[] shape, float[] expected) =>
        Assert.Equal(expected, PooledOutput.Of(new ModelOutput("out", shape, new float[] { 1, 2, 3, 4 }), pooling).ToArray());

    [Theory]
    [InlineData(Pooling.None, new long[] { 1, 2, 2 })]
    [InlineData(Pooling.Mean, new long[] { 1, 4 })]
    [InlineData(Pooling.Cls, new long[] { 1, 2, 1, 2 })]
    public void Another_shape_is_refused_with_what_each_pooling_takes(Pooling pooling, long[] shape) => Assert.Contains(
        "cls takes [N, tokens, d]",
        Assert.Throws<InvalidDataException>(
            () => PooledOutput.Of(new ModelOutput("out", shape, new float[] { 1, 2, 3, 4 }), pooling)).Message,
        StringComparison.Ordinal);
}
