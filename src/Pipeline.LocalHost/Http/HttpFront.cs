using Microsoft.AspNetCore.Connections;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Triggers;
using Pipeline.LocalHost.Worker;

namespace Pipeline.LocalHost.Http;

/// <summary>The HTTP server for clients: functions by their routes, and the host's own endpoints.</summary>
internal sealed partial class HttpFront : IAsyncDisposable
{
    /// <summary>The limit of the real host.</summary>
    public const long MaxRequestBodyBytes = 104_857_600;

    // Requests that run may finish within this time.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(12);

    private readonly WebApplication _app;
    private readonly RequestThrottle _throttle;

    private HttpFront(WebApplication app, RequestThrottle throttle) => (_app, _throttle) = (app, throttle);

    /// <summary>The address, with the actual port if port 0 was requested.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <exception cref="HostFailure">It cannot listen there.</exception>
    public static async Task<HttpFront> StartAsync(
        ListenAddress address,
        HostJson host,
        WorkerSupervisor workers,
        FunctionCalls calls,
        DirectCalls direct,
        TriggerListeners triggers,
        ILoggerFactory logs)
    {
        WebApplication app = WebServer.Build(
            logs,
            kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
                kestrel.Listen(address.Address, address.Port);
            },
            services => services
                .AddRouting()
                .AddHttpForwarder()
                .AddSingleton(workers)
                .AddSingleton(calls)
                .AddSingleton(direct)
                .AddSingleton<FunctionForwarder>());
        var throttle = new RequestThrottle(host);
        FunctionForwarder forwarder = app.Services.GetRequiredService<FunctionForwarder>();
        ILogger logger = logs.CreateLogger<HttpFront>();
        app.Use((context, next) => GuardAsync(context, next, logger));
        app.MapPost(AdminEndpoint.Path, AdminEndpoint.RunAsync);
        app.MapPost(BlobWebhook.Path, context => BlobWebhook.AnswerAsync(context, triggers));

        // Every other path, with any method, belongs to a function or gives 404.
        app.MapFallback("{**path}", context => throttle.RunAsync(context, forwarder.AnswerAsync));
        var front = new HttpFront(app, throttle);
        try
        {
            await app.StartAsync();
            return front;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await front.DisposeAsync();
            throw new HostFailure($"{address} is in use by another program. Stop it, or choose another port with --urls.", exception);
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or IOException)
        {
            await front.DisposeAsync();
            throw new HostFailure($"{address} cannot be listened on: {exception.Message}", exception);
        }
    }

    /// <summary>Accepts no new requests, and waits for those that run.</summary>
    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(ShutdownTimeout);
        await _app.StopAsync(timeout.Token);
        await _app.DisposeAsync();
        _throttle.Dispose();
    }

    private static async Task GuardAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone, so there is no response to send.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailed(logger, exception, context.Request.Method, context.Request.Path);
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed in the host")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string path);
}
