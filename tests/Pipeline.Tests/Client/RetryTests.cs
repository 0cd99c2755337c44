using System.Net;
using Pipeline.Client;

namespace Pipeline.Tests.Client;

public class RetryTests
{
    private const string Response = """{"query":{"name":null,"width":1,"height":1,"contentHash":""},"models":{},"fused":[],"took":{}}""";

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task A_busy_app_is_asked_again_with_the_same_body(HttpStatusCode status)
    {
        var server = new FakeServer(FakeServer.Empty(status, retryAfter: "0"), FakeServer.Json(Response));
        using var image = new MemoryStream("xx-the image"u8.ToArray()) { Position = 3 };

        await server.Client().FindSimilarAsync(image, null, CancellationToken);

        Assert.Equal(["the image", "the image"], server.Requests.Select(request => request.Body));
        Assert.True(image.CanRead);
    }

    [Fact]
    public async Task It_is_asked_four_times_at_most()
    {
        var server = new FakeServer(FakeServer.Empty(HttpStatusCode.ServiceUnavailable, retryAfter: "0"));

        await Assert.ThrowsAsync<PipelineProblemException>(() => server.Client().FindSimilarAsync("x", null, CancellationToken));

        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task Another_error_is_not_repeated(HttpStatusCode status)
    {
        var server = new FakeServer(FakeServer.Empty(status));

        await Assert.ThrowsAsync<PipelineProblemException>(() => server.Client().FindSimilarAsync("x", null, CancellationToken));

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_stream_that_can_be_read_only_once_is_sent_once()
    {
        var server = new FakeServer(FakeServer.Empty(HttpStatusCode.ServiceUnavailable, retryAfter: "0"));

        await Assert.ThrowsAsync<PipelineProblemException>(
            () => server.Client().FindSimilarAsync(new OneWay([1]), null, CancellationToken));

        Assert.Single(server.Requests);
    }

    /// <summary>As a connection: it cannot seek.</summary>
    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
