using Microsoft.Extensions.Time.Testing;
using Pipeline.Evaluation;

namespace Pipeline.Tests.Evaluation;

public class EmbeddingMeterTests
{
    [Fact]
    public void The_rate_and_the_time_left_are_those_of_new_embeddings()
    {
        var time = new FakeTimeProvider();
        var last = new Last();
        var meter = new EmbeddingMeter(10_000, 0.9, last, time);

        for (int i = 0; i < 4000; i++)
        {
            meter.Add(isNew: false);
        }

        Assert.Equal(0.36, last.Value.Fraction, 1e-12);
        Assert.Equal("4,000 of 10,000", last.Value.Detail);

        for (int i = 0; i < 41; i++)
        {
            meter.Add(isNew: true);
            time.Advance(TimeSpan.FromSeconds(0.25));
        }

        Assert.Equal("4,041 of 10,000, 4.0 a second, 25 min left", last.Value.Detail);
    }

    private sealed class Last : IProgress<EvaluationProgress>
    {
        public EvaluationProgress Value { get; private set; }

        public void Report(EvaluationProgress value) => Value = value;
    }
}
