using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Pipeline.LocalHost.Worker;

/// <summary>The gRPC server for workers: HTTP/2 without TLS, on this machine only.</summary>
internal sealed class RpcServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RpcServer(WebApplication app, FunctionRpcService service) => (_app, Service) = (app, service);

    public FunctionRpcService Service { get; }

    /// <summary>The address that workers connect to.</summary>
    public Uri Address => new(_app.Urls.First());

    public static async Task<RpcServer> StartAsync(ILoggerFactory logs)
    {
        var service = new FunctionRpcService(new WorkerLog(logs));
        WebApplication app = WebServer.Build(
            logs,
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2),
            services =>
            {
                services.AddSingleton(service);
                services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (int.MaxValue, int.MaxValue));
            });
        app.MapGrpcService<FunctionRpcService>();
        await app.StartAsync();
        return new RpcServer(app, service);
    }

    /// <summary>Stops it; every worker must have ended before.</summary>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
