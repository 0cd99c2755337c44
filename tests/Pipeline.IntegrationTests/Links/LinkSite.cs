using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.IntegrationTests.ModelBuilding;
using Pipeline.Links.Fetching;

namespace Pipeline.IntegrationTests.Links;

/// <summary>A web site of this machine with good and bad addresses, and a second one at a port that is not allowed.</summary>
internal sealed class LinkSite : IAsyncDisposable
{
    private readonly ConcurrentBag<string> _asked = [];
    private readonly ConcurrentBag<string> _askedInside = [];
    private FileServer _site = null!;
    private FileServer _inside = null!;

    /// <summary>Ends with a slash.</summary>
    public Uri Address => _site.Address;

    /// <summary>The site that nobody may reach.</summary>
    public Uri Inside => _inside.Address;

    /// <summary>The paths that were asked for.</summary>
    public IEnumerable<string> Asked => _asked;

    /// <summary>The paths that were asked for at the site that nobody may reach.</summary>
    public IEnumerable<string> AskedInside => _askedInside;

    /// <summary>Which image is at <c>image.jpg</c> and what the page says.</summary>
    public int Number { get; set; } = 9001;

    public static async Task<LinkSite> StartAsync()
    {
        var site = new LinkSite();
        site._site = await FileServer.StartAsync((context, _) => site.AnswerAsync(context));
        site._inside = await FileServer.StartAsync(async (context, _) =>
        {
            site._askedInside.Add(context.Request.Path);
            await context.Response.WriteAsync("a secret");
        });
        return site;
    }

    /// <summary>The settings that allow the site, and the browser of this machine.</summary>
    public Dictionary<string, string> Settings(string? browser) => new()
    {
        ["Links__TestPorts__0"] = $"{Address.Port}",
        ["Links__Browser__Executable"] = browser ?? "",
        ["Links__Browser__Sandbox"] = "false",
    };

    /// <summary>What fetches, in this process.</summary>
    public ServiceProvider Services(string? browser) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(new ImageDecoder(new ImageLimits()))
        .AddLinkFetching(new ConfigurationBuilder()
            .AddInMemoryCollection(Settings(browser).Select(setting => KeyValuePair.Create(
                setting.Key.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value)))
            .Build())
        .BuildServiceProvider();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        await _inside.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        _asked.Add(context.Request.Path);
        HttpResponse response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/image.jpg" or "/image.html":
                response.ContentType = "text/html";
                await response.Body.WriteAsync(TestImages.Bitmap(Number), context.RequestAborted);
                break;
            case "/damaged.jpg":
                await response.Body.WriteAsync(TestImages.Bitmap(1).AsMemory(0, 200), context.RequestAborted);
                break;
            case "/lies.jpg":
                response.ContentType = "image/jpeg";
                await WriteAsync("<html><title>No image</title></html>");
                break;
            case "/page.jpg":
                await WriteAsync($"<!-- x --><html><title>A page, {Number}</title><body style='background:#00{Number}'>Hello</body>");
                break;
            case "/text":
                response.ContentType = "text/plain";
                await WriteAsync("Just text.");
                break;
            case "/empty":
                break;
            case "/hangs":
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case "/hangs-later":
                await response.Body.WriteAsync(TestImages.Bitmap(1).AsMemory(0, 100), context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case "/for-ever":
                response.Redirect("/for-ever");
                break;
            case "/to-metadata":
                response.Redirect("http://169.254.169.254/metadata/identity/oauth2/token");
                break;
            case "/to-inside":
                response.Redirect($"{Inside}secret");
                break;
            case "/to-file":
                response.Redirect("file:///etc/passwd");
                break;
            case "/to-image":
                response.Redirect("/image.jpg");
                break;
            case "/huge":
                response.ContentLength = 2L * 1024 * 1024 * 1024;
                await WriteMuchAsync(response.Body, context.RequestAborted);
                break;
            case "/packed":
                response.Headers.ContentEncoding = "gzip";
                await using (var packed = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true))
                {
                    await WriteMuchAsync(packed, context.RequestAborted);
                }

                break;
            case "/dialogs":
                await WriteAsync("<html><title>Dialogs</title><body onbeforeunload='return 1'>x<script>alert(1);confirm(2);prompt(3);" +
                    "open('/page.jpg');window.addEventListener('beforeunload', e => e.preventDefault())</script></body></html>");
                break;
            case "/downloads":
                await WriteAsync("<html><title>Downloads</title><body>x<a id=a href='/file.zip' download>y</a><script>a.click()</script>");
                break;
            case "/file.zip":
                response.Headers.ContentDisposition = "attachment; filename=file.zip";
                await WriteAsync("PK");
                break;
            case "/spins":
                await WriteAsync("<html><title>Spins</title><body>x<script>for(;;);</script></body></html>");
                break;
            case "/nosy":
                await WriteAsync(
                    $"<html><title>Nosy</title><body>x<img src='{Inside}image'><img src='http://localhost:{Inside.Port}/name'>" +
                    $"<img src='http://169.254.169.254/metadata'><iframe src='{Inside}frame'></iframe><script>" +
                    $"fetch('{Inside}fetch',{{mode:'no-cors'}});new WebSocket('ws://127.0.0.1:{Inside.Port}/socket');" +
                    $"navigator.sendBeacon('{Inside}beacon','x')</script></body></html>");
                break;
            case "/moves-on":
                await WriteAsync($"<html><title>Moves</title><body>x<script>location='{Inside}moved'</script></body></html>");
                break;
            default:
                response.StatusCode = (int)HttpStatusCode.NotFound;
                break;
        }

        async Task WriteAsync(string text)
        {
            if (response.ContentType is null)
            {
                response.ContentType = "text/html";
            }

            await response.WriteAsync(text, context.RequestAborted);
        }
    }

    private static async Task WriteMuchAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] bitmap = TestImages.Bitmap(1);
        await body.WriteAsync(bitmap, cancellationToken);
        byte[] zeros = new byte[1 << 20];
        for (int i = 0; i < 2048; i++)
        {
            await body.WriteAsync(zeros, cancellationToken);
        }
    }
}
