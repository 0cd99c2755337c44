using Azure;
using Pipeline.Embeddings;

namespace Pipeline.Tests.Embeddings;

public class StorageOutageTests
{
    public static TheoryData<Exception, bool> Cases => new()
    {
        { new RequestFailedException(0, "no connection"), true },
        { new RequestFailedException(503, "busy"), true },
        { new RequestFailedException(429, "too many"), true },
        { new AggregateException(new RequestFailedException(0, "a"), new RequestFailedException(500, "b")), true },
        { new TaskCanceledException("timeout", new TimeoutException()), true },
        { new IOException("reset"), true },
        { new RequestFailedException(404, "gone"), false },
        { new RequestFailedException(403, "forbidden"), false },
        { new OperationCanceledException(), false },
        { new AggregateException(new RequestFailedException(0, "a"), new InvalidOperationException()), false },
        { new InvalidOperationException(), false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Only_what_passes_by_itself_is_an_outage(Exception exception, bool outage) => Assert.Equal(outage, StorageOutage.Is(exception));
}
