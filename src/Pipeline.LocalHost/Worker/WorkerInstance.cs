using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf.WellKnownTypes;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Worker;

/// <summary>A process of the worker with its functions loaded. It serves until it ends; then another one replaces it.</summary>
internal sealed class WorkerInstance : IAsyncDisposable
{
    // The version of the real host whose behaviour is reproduced here.
    private const string HostVersion = "4.1037.0.0";

    // The worker chooses its port by binding and releasing it, and may begin to listen a moment after it reported the port.
    private const int ConnectAttempts = 10;
    private static readonly TimeSpan ShortestConnectPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestConnectPause = TimeSpan.FromMilliseconds(250);

    // The timeout of the real host.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    private readonly WorkerProcess _process;
    private readonly CancellationTokenSource _ended = new();

    private WorkerInstance(
        WorkerProcess process, WorkerChannel channel, Uri? address, IReadOnlyList<FunctionDefinition> functions, string routePrefix)
    {
        _process = process;
        Channel = channel;
        Address = address;
        Functions = functions.ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
        Routes = new FunctionRoutes(functions, routePrefix);
        Http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
        });
        Ended = WaitAsync();
    }

    public WorkerChannel Channel { get; }

    /// <summary>The address for HTTP requests; null if the app serves none.</summary>
    public Uri? Address { get; }

    /// <summary>By name.</summary>
    public FrozenDictionary<string, FunctionDefinition> Functions { get; }

    public FunctionRoutes Routes { get; }

    /// <summary>For requests to <see cref="Address"/>.</summary>
    public HttpMessageInvoker Http { get; }

    /// <summary>Cancelled when it has ended.</summary>
    public CancellationToken Lost => _ended.Token;

    /// <summary>Its exit code, once it has ended, whatever the reason.</summary>
    public Task<int> Ended { get; }

    /// <summary>Initialises a started worker and loads its functions.</summary>
    /// <exception cref="WorkerLostException">It ended meanwhile.</exception>
    /// <exception cref="FunctionFailure">The worker refused to start or to load a function; the message says why.</exception>
    public static async Task<WorkerInstance> LoadAsync(
        AppFolder app, WorkerProcess process, WorkerChannel channel, CancellationToken cancellationToken)
    {
        channel.Send(new StreamingMessage
        {
            WorkerInitRequest =
                new WorkerInitRequest { HostVersion = HostVersion, WorkerDirectory = app.Path, FunctionAppDirectory = app.Path },
        });
        StreamingMessage initialised = await channel.AnswerAsync(StreamingMessage.ContentOneofCase.WorkerInitResponse, cancellationToken);
        Require(initialised.WorkerInitResponse.Result);

        channel.Send(new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = app.Path } });
        StreamingMessage metadata = await channel.AnswerAsync(
            StreamingMessage.ContentOneofCase.FunctionMetadataResponse, cancellationToken);
        Require(metadata.FunctionMetadataResponse.Result);

        IReadOnlyList<RpcFunctionMetadata> functions = metadata.FunctionMetadataResponse.FunctionMetadataResults;
        foreach (RpcFunctionMetadata function in functions)
        {
            channel.Send(new StreamingMessage
            {
                FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function },
            });
        }

        foreach (RpcFunctionMetadata _ in functions)
        {
            StreamingMessage loaded = await channel.AnswerAsync(StreamingMessage.ContentOneofCase.FunctionLoadResponse, cancellationToken);
            Require(loaded.FunctionLoadResponse.Result);
        }

        return new WorkerInstance(
            process,
            channel,
            initialised.WorkerInitResponse.Capabilities.TryGetValue("HttpUri", out string? address) ? new Uri(address) : null,
            [.. functions.Select(FunctionDefinition.Read)],
            app.HostJson.RoutePrefix);
    }

    /// <summary>Ends it: by a request first, then by force.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Channel.TrySend(
            new StreamingMessage { WorkerTerminate = new WorkerTerminate { GracePeriod = Duration.FromTimeSpan(ShutdownTimeout) } }))
        {
            await _process.EndAsync(ShutdownTimeout);
        }

        await Ended;
        Http.Dispose();
        _ended.Dispose();
    }

    private static void Require(StatusResult result)
    {
        if (result.Status != StatusResult.Types.Status.Success)
        {
            throw FunctionFailure.From(result);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused && attempt < ConnectAttempts)
            {
                socket.Dispose();
                TimeSpan pause = attempt * ShortestConnectPause;
                await Task.Delay(pause < LongestConnectPause ? pause : LongestConnectPause, cancellationToken);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private async Task<int> WaitAsync()
    {
        await Task.WhenAny(_process.Exited, Channel.Closed);
        Channel.Close();
        await _process.EndAsync(ShutdownTimeout);
        await _ended.CancelAsync();
        return await _process.Exited;
    }
}
