using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Settings;

namespace Pipeline.Tests.LocalHost;

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
        Assert.Equal(LogLevel.Information, host.LogLevels["default"]);
    }

    [Fact]
    public void A_missing_setting_has_the_real_hosts_default()
    {
        File.WriteAllText(_path, "{ \"version\": \"2.0\" }");

        HostJson host = HostJson.Read(_path);

        Assert.Equal(
            ("api", -1, -1, 5), (host.RoutePrefix, host.MaxConcurrentRequests, host.MaxOutstandingRequests, host.PoisonBlobThreshold));
        Assert.Equal((16, 5, TimeSpan.Zero), (host.QueueBatchSize, host.QueueMaxDequeueCount, host.QueueVisibilityTimeout));
        Assert.Equal(QueueMessageEncoding.Base64, host.QueueMessageEncoding);
        Assert.Null(host.QueueNewBatchThreshold);
        Assert.Empty(host.LogLevels);
    }

    [Fact]
    public void A_setting_is_applied()
    {
        File.WriteAllText(
            _path,
            """
            {
              // A comment is allowed.
              "version": "2.0",
              "extensions": {
                "http": { "routePrefix": "", "maxOutstandingRequests": 0, "maxConcurrentRequests": 3 },
                "blobs": { "maxDegreeOfParallelism": 6, "poisonBlobThreshold": 2 },
                "queues": {
                  "batchSize": 32, "newBatchThreshold": 0, "maxDequeueCount": 1, "visibilityTimeout": "00:00:30",
                  "maxPollingInterval": "00:00:05", "messageEncoding": "NONE"
                }
              },
              "logging": { "logLevel": { "default": "warning", "Function.Echo.User": "Debug" } }
            }
            """);

        HostJson host = HostJson.Read(_path);

        Assert.Equal(("", -1, 3), (host.RoutePrefix, host.MaxOutstandingRequests, host.MaxConcurrentRequests));
        Assert.Equal((6, 2), (host.MaxDegreeOfParallelism, host.PoisonBlobThreshold));
        Assert.Equal((32, 0, 1), (host.QueueBatchSize, host.QueueNewBatchThreshold, host.QueueMaxDequeueCount));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)), (host.QueueVisibilityTimeout, host.QueueMaxPollingInterval));
        Assert.Equal(QueueMessageEncoding.None, host.QueueMessageEncoding);
        Assert.Equal((LogLevel.Warning, LogLevel.Debug), (host.LogLevels["default"], host.LogLevels["Function.Echo.User"]));
    }

    [Theory]
    [InlineData("{ \"extensions\": { \"blobs\": { \"poisonBlobThreshold\": 0 } } }", "extensions.blobs.poisonBlobThreshold")]
    [InlineData("{ \"extensions\": { \"http\": { \"maxConcurrentRequests\": \"many\" } } }", "extensions.http.maxConcurrentRequests")]
    [InlineData(
        "{ \"extensions\": { \"http\": { \"maxOutstandingRequests\": -2 } } }", "is '-2', but must be a whole number of at least -1.")]
    [InlineData("{ \"extensions\": { \"queues\": { \"batchSize\": 33 } } }", "extensions.queues.batchSize' is '33', " +
        "but must be a whole number from 1 to 32")]
    [InlineData("{ \"extensions\": { \"queues\": { \"maxDequeueCount\": 0 } } }", "extensions.queues.maxDequeueCount")]
    [InlineData("{ \"extensions\": { \"queues\": { \"newBatchThreshold\": -1 } } }", "extensions.queues.newBatchThreshold")]
    [InlineData("{ \"extensions\": { \"queues\": { \"visibilityTimeout\": " +
        "\"soon\" } } }", "is 'soon', but must be a time as hh:mm:ss, at most 7 days.")]
    [InlineData("{ \"extensions\": { \"queues\": { \"maxPollingInterval\": " +
        "\"00:00:00.05\" } } }", "must be a time as hh:mm:ss, at least 00:00:00.1000000.")]
    [InlineData("{ \"extensions\": { \"queues\": { \"messageEncoding\": \"utf8\" } } }", "is 'utf8', but must be one of None, Base64.")]
    [InlineData("{ \"logging\": { \"logLevel\": { \"Azure.Core\": \"loud\" } } }", "'logging.logLevel.Azure.Core' is 'loud', " +
        "but must be one of Trace,")]
    [InlineData("{ \"logging\": { \"logLevel\": { \"default\": \"3\" } } }", "'logging.logLevel.default' is '3'")]
    [InlineData("{ \"extensions\": ", "host.json cannot be read")]
    public void A_wrong_value_is_refused_by_its_name(string json, string message)
    {
        File.WriteAllText(_path, json);

        Assert.Contains(message, Assert.Throws<HostFailure>(() => HostJson.Read(_path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error() => Assert.Contains(
        "host.json cannot be read",
        Assert.Throws<HostFailure>(() => HostJson.Read(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "host.json"))).Message,
        StringComparison.Ordinal);
}
