using System.Runtime.InteropServices;
using System.Text.Json;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Models;

/// <summary>Both networks at full size against PyTorch in float64 with the same seeded weights (<c>tests/reference/networks.py</c>).</summary>
public class NetworkAgreementTests(RunningPipeline pipeline)
{
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData("vgg16")]
    [InlineData("resnet50")]
    public async Task Every_output_agrees_with_PyTorch(string key)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "networks.json")));
        JsonElement reference = json.RootElement.GetProperty(key);
        string[] outputs = [.. reference.EnumerateObject().Select(output => output.Name)];
        using var session = new ModelSession(pipeline.Models.Installed.Single(model => model.Key == key));

        IReadOnlyList<ModelOutput> results = await session.RunAsync([Picture()], outputs, TestContext.Current.CancellationToken);

        Assert.All(results, result =>
        {
            JsonElement expected = reference.GetProperty(result.Name);
            float[] samples = MemoryMarshal.Cast<byte, float>(expected.GetProperty("values").GetBytesFromBase64()).ToArray();
            float[] values = result.Values.ToArray();
            int step = expected.GetProperty("step").GetInt32();
            double norm = Math.Sqrt(values.Sum(value => (double)value * value));
            double difference = Norm(samples.Select((sample, i) => (double)sample - values[i * step])) / Norm(samples.Select(sample => (double)sample));
            TestContext.Current.TestOutputHelper!.WriteLine($"{key} {result.Name}: relative difference {difference:e1}");

            Assert.Equal([1, .. expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())], result.Shape);
            Assert.Equal(1, norm / expected.GetProperty("norm").GetDouble(), Tolerance);
            Assert.InRange(difference, 0, Tolerance);
        });
    }

    [Theory]
    [InlineData("vgg16", 4096)]
    [InlineData("resnet50", 2048)]
    public async Task An_embedding_has_norm_one_and_the_catalogues_length(string key, int length)
    {
        using var session = new ModelSession(pipeline.Models.Installed.Single(model => model.Key == key));

        Embedding embedding = await session.EmbedAsync(Picture(), TestContext.Current.CancellationToken);

        Assert.Equal(length, embedding.Values.Length);
        Assert.Equal(1, Norm(embedding.Values.ToArray().Select(value => (double)value)), 1e-5);
        Assert.True(embedding.Norm > 0);
    }

    [Fact]
    public async Task Pictures_of_a_batch_do_not_touch_each_other()
    {
        using var session = new ModelSession(pipeline.Models.Installed.Single(model => model.Key == "resnet50"));
        var black = new RgbImage(224, 224, new byte[224 * 224 * 3]);

        ModelOutput both = (await session.RunAsync([Picture(), black], ["avg_pool"], TestContext.Current.CancellationToken))[0];
        ModelOutput alone = (await session.RunAsync([black], ["avg_pool"], TestContext.Current.CancellationToken))[0];

        float[] second = both.Values.ToArray()[2048..];
        Assert.InRange(Norm(alone.Values.ToArray().Zip(second, (a, b) => (double)a - b)) / Norm(second.Select(value => (double)value)), 0, 1e-5);
    }

    [Fact]
    public async Task An_unknown_output_is_refused_with_those_that_there_are()
    {
        using var session = new ModelSession(pipeline.Models.Installed.Single(model => model.Key == "resnet50"));

        ArgumentException exception = await Assert.ThrowsAsync<ArgumentException>(
            () => session.RunAsync([Picture()], ["fc9"], TestContext.Current.CancellationToken));

        Assert.Contains("no output 'fc9'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("avg_pool", exception.Message, StringComparison.Ordinal);
    }

    // The same pattern as picture() in networks.py.
    private static RgbImage Picture()
    {
        byte[] pixels = new byte[224 * 224 * 3];
        for (int y = 0; y < 224; y++)
        {
            for (int x = 0; x < 224; x++)
            {
                for (int c = 0; c < 3; c++)
                {
                    pixels[(((y * 224) + x) * 3) + c] = (byte)(((3 * x) + (5 * y) + (71 * c) + (x * y / 16)) % 256);
                }
            }
        }

        return new RgbImage(224, 224, pixels);
    }

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));
}
