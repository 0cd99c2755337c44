using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.IntegrationTests.ModelBuilding;

/// <summary>A web server on a free port of this machine, which responds as a test defines.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<string> _ranges = [];

    private FileServer(WebApplication app) => _app = app;

    /// <summary>Ends with a slash.</summary>
    public Uri Address =>
        new($"{_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/");

    /// <summary>Of each request so far, the header Range; empty where it has none.</summary>
    public IReadOnlyList<string> Ranges
    {
        get
        {
            lock (_ranges)
            {
                return [.. _ranges];
            }
        }
    }

    /// <param name="answer">Answers a request; the number says which one it is, from 1.</param>
    public static async Task<FileServer> StartAsync(Func<HttpContext, int, Task> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var server = new FileServer(app);
        app.Run(context => answer(context, server.Count(context.Request)));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private int Count(HttpRequest request)
    {
        lock (_ranges)
        {
            _ranges.Add(request.Headers.Range.ToString());
            return _ranges.Count;
        }
    }
}
