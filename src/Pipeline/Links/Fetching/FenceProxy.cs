using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Links.Fence;

namespace Pipeline.Links.Fetching;

/// <summary>
/// The proxy that a browser on this machine is started with, so that each connection it makes, whatever a page asks for, goes through the
/// fence. It listens on loopback for as long as the browser lives, takes CONNECT and plain http, and one request a connection.
/// </summary>
internal sealed partial class FenceProxy : IAsyncDisposable
{
    private const int MaxHeadBytes = 32_768;
    private const int MaxConnections = 64;

    private readonly AddressFence _fence;
    private readonly ConcurrentBag<string> _refused;
    private readonly ILogger _logger;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _connections = new(MaxConnections);
    private readonly Task _accepting;

    /// <summary>Starts.</summary>
    /// <param name="fence">The way to the network.</param>
    /// <param name="refused">Takes what was refused, as <c>host:port</c>.</param>
    /// <param name="logger">Takes it with the reason.</param>
    public FenceProxy(AddressFence fence, ConcurrentBag<string> refused, ILogger logger)
    {
        (_fence, _refused, _logger) = (fence, refused, logger);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its address, as browsers take it.</summary>
    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
        _connections.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                await _connections.WaitAsync(_stop.Token).ConfigureAwait(false);
                Socket client = await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
                open.RemoveAll(connection => connection.IsCompleted);
                open.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // It is disposed of.
        }

        await Task.WhenAll(open).ConfigureAwait(false);
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            var client = new NetworkStream(socket, ownsSocket: true);
            await using (client.ConfigureAwait(false))
            {
                await ForwardAsync(client).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // Either side went away, as browsers do all the time.
        }
        finally
        {
            _connections.Release();
        }
    }

    private async Task ForwardAsync(NetworkStream client)
    {
        if (await ReadHeadAsync(client).ConfigureAwait(false) is not { } head || ProxyRequest.Parse(head) is not { } request)
        {
            await client.WriteAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
            return;
        }

        Stream server;
        try
        {
            server = await _fence.ConnectAsync(request.Host, request.Port, _stop.Token).ConfigureAwait(false);
        }
        catch (LinkException refused)
        {
            if (!refused.IsWorthRetrying)
            {
                _refused.Add($"{request.Host}:{request.Port}");
            }

            LogRefused(request.Host, request.Port, refused.Message);
            await client.WriteAsync("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
            return;
        }

        await using (server.ConfigureAwait(false))
        {
            (Stream to, byte[] first) = request.Forwarded is { } forwarded
                ? (server, forwarded)
                : (client, "HTTP/1.1 200 Connection Established\r\n\r\n"u8.ToArray());
            await to.WriteAsync(first, _stop.Token).ConfigureAwait(false);

            // The first side that ends ends both.
            using var done = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Task[] directions = [client.CopyToAsync(server, done.Token), server.CopyToAsync(client, done.Token)];
            await Task.WhenAny(directions).ConfigureAwait(false);
            await done.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(directions).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The request line and the headers, to the empty line; null where they are too long or never end.</summary>
    private async Task<string?> ReadHeadAsync(NetworkStream client)
    {
        byte[] one = new byte[1];
        var head = new StringBuilder();
        while (head.Length < MaxHeadBytes && await client.ReadAsync(one, _stop.Token).ConfigureAwait(false) == 1)
        {
            head.Append((char)one[0]);
            if (one[0] == '\n' && head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
            {
                return head.ToString();
            }
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A page asked for {Host}:{Port}, which was refused. {Reason}")]
    private partial void LogRefused(string host, int port, string reason);
}
