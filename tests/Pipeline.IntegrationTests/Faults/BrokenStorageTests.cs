using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.Imaging;
using Pipeline.Storage;

namespace Pipeline.IntegrationTests.Faults;

/// <summary>Exceptions of the SDK while storage is unavailable count as an outage; exceptions because the caller ended do not.</summary>
public sealed class BrokenStorageTests : IDisposable
{
    private const string Head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nETag: \"0x1\"\r\nLast-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n" +
        "x-ms-version: 2021-12-02\r\nContent-Length: 1000\r\n\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public BrokenStorageTests()
    {
        _listener.Start();
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    /// <summary>How storage behaves towards a request that it has received.</summary>
    public enum Behaviour
    {
        Away,
        HangsUp,
        Silent,
        EndsInTheBody,
        ResetInTheBody,
        StallsInTheBody,
    }

    public static TheoryData<Behaviour, string> Cases => [.. new MatrixTheoryData<Behaviour, string>(
        Enum.GetValues<Behaviour>(), ["download", "list", "row", "rows", "queue"])];

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Storage_that_is_away_or_breaks_off_is_an_outage(Behaviour behaviour, string call)
    {
        Start(behaviour);

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => CallAsync(call, _stop.Token));

        Assert.True(StorageOutage.Is(exception), exception.ToString());
        Assert.False(StorageError.IsDenied(exception));
    }

    [Theory]
    [InlineData(Behaviour.Silent, 300)]
    [InlineData(Behaviour.StallsInTheBody, 300)]
    [InlineData(Behaviour.Silent, 1500)]
    public async Task A_caller_that_goes_away_meanwhile_is_no_outage(Behaviour behaviour, int afterMilliseconds)
    {
        Start(behaviour);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        caller.CancelAfter(afterMilliseconds);

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => CallAsync("download", caller.Token));

        Assert.False(StorageOutage.Is(exception), exception.ToString());
    }

    private async Task CallAsync(string call, CancellationToken cancellationToken)
    {
        string address = $"http://127.0.0.1:{_port}/devstoreaccount1";
        string connection =
            $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Convert.ToBase64String(new byte[64])};" +
            $"BlobEndpoint={address};QueueEndpoint={address};TableEndpoint={address}";
        BlobContainerClient images = new BlobServiceClient(connection, Hasty(new BlobClientOptions())).GetBlobContainerClient("images");
        TableClient table = new TableServiceClient(connection, Hasty(new TableClientOptions())).GetTableClient("Embeddings");
        switch (call)
        {
            case "download":
                await StoredImage.DownloadAsync(images.GetBlobClient("a.jpg"), new ImageLimits(), null, cancellationToken);
                break;

            case "list":
                await foreach (var blob in images.GetBlobsAsync(cancellationToken: cancellationToken))
                {
                    Assert.Fail($"There is no {blob.Name}.");
                }

                break;

            case "row":
                await table.GetEntityAsync<TableEntity>("a", "b", cancellationToken: cancellationToken);
                break;

            case "rows":
                await foreach (TableEntity row in table.QueryAsync<TableEntity>(cancellationToken: cancellationToken))
                {
                    Assert.Fail($"There is no {row.RowKey}.");
                }

                break;

            default:
                await new QueueServiceClient(connection, Hasty(new QueueClientOptions())).GetQueueClient("image-deletions")
                    .ReceiveMessagesAsync(cancellationToken: cancellationToken);
                break;
        }
    }

    private static T Hasty<T>(T options)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(50);
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(50);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(1);
        return options;
    }

    private void Start(Behaviour behaviour)
    {
        if (behaviour == Behaviour.Away)
        {
            _listener.Stop();
            return;
        }

        _ = ServeAsync(behaviour);
    }

    private async Task ServeAsync(Behaviour behaviour)
    {
        while (!_stop.IsCancellationRequested)
        {
            _ = AnswerAsync(await _listener.AcceptSocketAsync(_stop.Token), behaviour);
        }
    }

    private async Task AnswerAsync(Socket socket, Behaviour behaviour)
    {
        using Socket connection = socket;
        await connection.ReceiveAsync(new byte[65536], _stop.Token);
        if (behaviour >= Behaviour.EndsInTheBody)
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes($"{Head}the first bytes"), _stop.Token);
        }

        switch (behaviour)
        {
            case Behaviour.Silent or Behaviour.StallsInTheBody:
                await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
                break;

            case Behaviour.ResetInTheBody:
                // So that the bytes are read before the reset throws them away.
                await Task.Delay(50, _stop.Token);
                connection.LingerState = new LingerOption(true, 0);
                break;

            case Behaviour.EndsInTheBody:
                connection.Shutdown(SocketShutdown.Both);
                break;
        }
    }
}
