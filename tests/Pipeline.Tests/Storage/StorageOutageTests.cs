using Azure;
using Azure.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public class StorageOutageTests
{
    private static readonly IOException BrokenOff = new("The response ended prematurely.");

    // In the forms that the SDK gives them; tests/Pipeline.IntegrationTests/Faults/BrokenStorageTests.cs makes it throw them.
    public static TheoryData<Exception, bool> Cases => new()
    {
        { new RequestFailedException(0, "no connection"), true },
        { new RequestFailedException(503, "busy"), true },
        { new RequestFailedException(429, "too many"), true },
        { new AggregateException(new RequestFailedException(0, "a"), new RequestFailedException(500, "b")), true },
        { new AggregateException(BrokenOff, new HttpRequestException("refused"), new RequestFailedException(0, "a")), true },
        { new AggregateException(NetworkTimeout(BrokenOff), NetworkTimeout(new TaskCanceledException())), true },
        { NetworkTimeout(new TimeoutException()), true },
        { NetworkTimeout(new TaskCanceledException("x", BrokenOff)), true },
        { new AuthenticationFailedException("no answer"), true },
        { new CredentialUnavailableException("no managed identity"), true },
        { new RequestFailedException(404, "gone"), false },
        { new RequestFailedException(403, "forbidden"), false },
        { new OperationCanceledException(), false },
        { new TaskCanceledException(), false },
        { new AggregateException(NetworkTimeout(new TaskCanceledException()), new TaskCanceledException()), false },
        { new AggregateException(new RequestFailedException(0, "a"), new InvalidOperationException()), false },
        { new AggregateException(), false },
        { new InvalidOperationException(), false },

        // A client that is slow or gone, and files of ours, are not storage.
        { new IOException("reset"), false },
        { new BadHttpRequestException("Reading the request body timed out due to data arriving too slowly.", 408), false },
        { new ConnectionResetException("reset by peer"), false },
        { new FileNotFoundException(), false },
        { new HttpRequestException("elsewhere"), false },
    };

    public static TheoryData<Exception, bool> Denials => new()
    {
        { new RequestFailedException(403, "AuthorizationPermissionMismatch"), true },
        { new RequestFailedException(401, "InvalidAuthenticationInfo"), true },
        { new AggregateException(new RequestFailedException(0, "a"), new RequestFailedException(403, "b")), true },
        { new RequestFailedException(404, "gone"), false },
        { new RequestFailedException(0, "no connection"), false },
        { new AggregateException(new RequestFailedException(0, "a"), new RequestFailedException(503, "b")), false },
        { new AuthenticationFailedException("no answer"), false },
        { new UnauthorizedAccessException(), false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Only_what_passes_by_itself_is_an_outage(Exception exception, bool outage)
        => Assert.Equal(outage, StorageOutage.Is(exception));

    [Theory]
    [MemberData(nameof(Denials))]
    public void What_storage_does_not_allow_is_a_denial_and_no_outage(Exception exception, bool denied)
    {
        Assert.Equal(denied, StorageError.IsDenied(exception));
        Assert.False(denied && StorageOutage.Is(exception));
    }

    private static TaskCanceledException NetworkTimeout(Exception cause) =>
        new("The operation was cancelled because it exceeded the configured timeout of 0:00:20.", cause);
}
