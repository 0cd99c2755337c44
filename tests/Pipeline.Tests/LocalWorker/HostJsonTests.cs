using Pipeline.LocalWorker.Hosting;

namespace Pipeline.Tests.LocalWorker;

public sealed class HostJsonTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_products_own_file_is_understood()
    {
        HostJson host = HostJson.Read(Repository.Path("host.json"));

        Assert.Equal("api", host.RoutePrefix);
        Assert.Equal(5, host.PoisonBlobThreshold);
        Assert.InRange(host.MaxConcurrentRequests, 1, host.MaxOutstandingRequests);
        Assert.InRange(host.MaxDegreeOfParallelism, 1, 16);
    }

    [Fact]
    public void What_is_not_said_has_the_hosts_own_default()
    {
        File.WriteAllText(_path, "{ \"version\": \"2.0\" }");

        HostJson host = HostJson.Read(_path);

        Assert.Equal(("api", -1, -1, 5), (host.RoutePrefix, host.MaxConcurrentRequests, host.MaxOutstandingRequests, host.PoisonBlobThreshold));
        Assert.Equal((16, 5, TimeSpan.Zero), (host.QueueBatchSize, host.QueueMaxDequeueCount, host.QueueVisibilityTimeout));
    }

    [Theory]
    [InlineData("{ \"extensions\": { \"blobs\": { \"poisonBlobThreshold\": 0 } } }", "extensions.blobs.poisonBlobThreshold")]
    [InlineData("{ \"extensions\": { \"http\": { \"maxConcurrentRequests\": \"many\" } } }", "extensions.http.maxConcurrentRequests")]
    [InlineData("{ \"extensions\": { \"queues\": { \"batchSize\": 33 } } }", "extensions.queues.batchSize' is '33', but must be a whole number from 1 to 32")]
    [InlineData("{ \"extensions\": { \"queues\": { \"maxDequeueCount\": 0 } } }", "extensions.queues.maxDequeueCount")]
    [InlineData("{ \"extensions\": { \"queues\": { \"visibilityTimeout\": \"soon\" } } }", "extensions.queues.visibilityTimeout")]
    [InlineData("{ \"extensions\": ", "host.json cannot be read")]
    public void A_wrong_value_is_refused_by_its_name(string json, string message)
    {
        File.WriteAllText(_path, json);

        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => HostJson.Read(_path)).Message, StringComparison.Ordinal);
    }
}
