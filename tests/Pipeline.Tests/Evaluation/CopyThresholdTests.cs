using CsCheck;
using Pipeline.Evaluation;

namespace Pipeline.Tests.Evaluation;

public class CopyThresholdTests
{
    [Fact]
    public void Above_the_first_false_positive_no_copy_finds_a_wrong_image()
    {
        var threshold = CopyThreshold.Of([0.99, 0.9, 0.7, 0.6], [0.5, 0.8, 0.65, 0.4], 0.75);

        Assert.Equal(new CopyThreshold(0.75, 0.8, 0.5, 0.8, 0.5), threshold);
    }

    [Fact]
    public void Above_the_second_limit_one_copy_in_a_hundred_at_most_finds_a_wrong_image() =>
        (from right in Gen.Double[0, 1].Array[1, 500] from wrong in Gen.Double[0, 1].Array[right.Length] select (right, wrong))
        .Sample((right, wrong) =>
        {
            var threshold = CopyThreshold.Of(right, wrong, 1);

            Assert.DoesNotContain(wrong, cosine => cosine > threshold.FirstFalse);
            Assert.InRange(wrong.Count(cosine => cosine > threshold.OnePercentFalse), 0, wrong.Length / 100);
            Assert.InRange(wrong.Count(cosine => cosine >= threshold.OnePercentFalse), (wrong.Length / 100) + 1, wrong.Length);
            Assert.Equal(right.Count(cosine => cosine > threshold.OnePercentFalse), threshold.FoundAboveOnePercent * right.Length, 1e-9);
        });
}
