using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Playwright;
using Pipeline.Links.Fence;

namespace Pipeline.Links.Fetching;

/// <summary>A page as a browser showed it.</summary>
/// <param name="Address">The address in the end.</param>
/// <param name="Title">Its title; empty where it has none.</param>
/// <param name="Png">PNG, 1280 pixels wide.</param>
internal sealed record PageSnapshot(Uri Address, string Title, byte[] Png);

/// <summary>
/// Makes snapshots of pages by a headless Chromium, a new one for each page, one at a time. All that the page asks for goes through the fence.
/// </summary>
/// <param name="options">Which browser.</param>
/// <param name="fence">The way to the network.</param>
/// <param name="logger">Takes what was refused.</param>
internal sealed partial class PageBrowser(IOptions<LinkOptions> options, AddressFence fence, ILogger<PageBrowser> logger) : IDisposable
{
    private const int Width = 1280;
    private const int Height = 800;
    private const int MaxHeight = 8000;
    private const int MaxTitle = 300;

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Whether there is a browser.</summary>
    public bool IsConfigured => options.Value.Browser.IsConfigured;

    /// <summary>How long one page may take, the browser's start included.</summary>
    public TimeSpan WholeTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a page may load; what is there then is taken.</summary>
    public TimeSpan LoadTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Makes a snapshot.</summary>
    /// <param name="address">The page.</param>
    /// <param name="cancellationToken">Ends it early, and the browser.</param>
    /// <exception cref="LinkException">There is none to be made.</exception>
    public async Task<PageSnapshot> SnapshotAsync(Uri address, CancellationToken cancellationToken)
    {
        fence.Check(address);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            whole.CancelAfter(WholeTime);
            return await RunAsync(address, whole.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw PageFailure.Busy(address);
        }
        catch (TimeoutException slow) when (!cancellationToken.IsCancellationRequested)
        {
            throw PageFailure.Slow(address, slow);
        }
        catch (PlaywrightException failed) when (!cancellationToken.IsCancellationRequested)
        {
            throw PageFailure.Failed(address, failed);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<PageSnapshot> RunAsync(Uri address, CancellationToken cancellationToken)
    {
        ConcurrentBag<string> refused = [];
        var proxy = new FenceProxy(fence, refused, logger);
        await using (proxy.ConfigureAwait(false))
        {
            // Its disposal ends the driver, and with it the browser, whatever the page does.
            using IPlaywright playwright = await Playwright.CreateAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            IBrowser browser = await OpenAsync(playwright, proxy).WaitAsync(cancellationToken).ConfigureAwait(false);
            Task<PageSnapshot> snapshot = ShowAsync(browser, address, refused);
            try
            {
                return await snapshot.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await browser.CloseAsync().WaitAsync(TimeSpan.FromSeconds(5), CancellationToken.None)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _ = snapshot.ContinueWith(
                    static failed => _ = failed.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
    }

    // The app's own environment holds its settings, connection strings among them.
    private static IEnumerable<KeyValuePair<string, string>> EnvironmentOfBrowser() =>
        from name in (string[])["PATH", "HOME", "LANG", "TMPDIR", "TEMP", "TMP", "USERPROFILE", "SystemRoot", "LOCALAPPDATA", "APPDATA"]
        let value = Environment.GetEnvironmentVariable(name)
        where value is not null
        select KeyValuePair.Create(name, value);

    private Task<IBrowser> OpenAsync(IPlaywright playwright, FenceProxy proxy)
    {
        BrowserOptions chosen = options.Value.Browser;
        return chosen.Endpoint is { } endpoint
            ? playwright.Chromium.ConnectAsync(endpoint.AbsoluteUri, new BrowserTypeConnectOptions { Timeout = 15_000 })
            : playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = chosen.Executable,
                Channel = chosen.Channel,
                ChromiumSandbox = chosen.Sandbox,
                Env = EnvironmentOfBrowser(),
                Timeout = 30_000,
                Proxy = new Proxy { Server = proxy.Address, Bypass = "<-loopback>" },
                Args =
                [
                    "--dns-prefetch-disable",
                    "--disable-background-networking",
                    "--disable-quic",
                    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
                    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
                ],
            });
    }

    private async Task<PageSnapshot> ShowAsync(IBrowser browser, Uri address, ConcurrentBag<string> refused)
    {
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            AcceptDownloads = false,
            ServiceWorkers = ServiceWorkerPolicy.Block,
            ViewportSize = new ViewportSize { Width = Width, Height = Height },
            ReducedMotion = ReducedMotion.Reduce,
        }).ConfigureAwait(false);
        IPage page = await context.NewPageAsync().ConfigureAwait(false);
        context.Page += (_, other) => _ = other == page ? Task.CompletedTask : other.CloseAsync();
        page.Dialog += (_, dialog) => _ = dialog.DismissAsync();
        if (options.Value.Browser.Endpoint is not null)
        {
            // A browser elsewhere cannot come through the proxy here: each address is checked before the browser asks for it.
            await context.RouteAsync("**/*", route => RouteAsync(route, refused)).ConfigureAwait(false);
        }

        Uri asked = address;
        page.Request += (_, request) =>
            asked = request.IsNavigationRequest && request.Frame == page.MainFrame ? new Uri(request.Url) : asked;
        try
        {
            return await TakeAsync(page, address).ConfigureAwait(false);
        }
        catch (PlaywrightException failed) when (refused.Contains($"{asked.Host}:{asked.Port}"))
        {
            throw PageFailure.LeadsInside(address, failed);
        }
    }

    private async Task<PageSnapshot> TakeAsync(IPage page, Uri address)
    {
        IResponse? response = await LoadAsync(page, address).ConfigureAwait(false);
        if (response is { Status: >= 400 })
        {
            throw new LinkException(
                $"The page responded with {response.Status}. Open the address in a browser to see whether it is there for everybody.")
            {
                IsWorthRetrying = response.Status >= 500,
            };
        }

        string title = OneLine(await page.TitleAsync().ConfigureAwait(false));
        byte[] png = await page.ScreenshotAsync(await AreaAsync(page).ConfigureAwait(false)).ConfigureAwait(false);

        // After the screenshot, so that it is not of another page than the one that is checked.
        return new PageSnapshot(Shown(page, address), title, png);
    }

    /// <summary>The address of what is shown: a page may have gone on by itself.</summary>
    /// <exception cref="LinkException">It is none that may be fetched: the browser shows an error of its own, or nothing.</exception>
    private Uri Shown(IPage page, Uri asked)
    {
        var shown = new Uri(page.Url);
        try
        {
            fence.Check(shown);
            return shown;
        }
        catch (LinkException notAllowed)
        {
            throw PageFailure.LeadsInside(asked, notAllowed);
        }
    }

    /// <summary>Without control characters and lone halves of letters, at most <see cref="MaxTitle"/> long.</summary>
    private static string OneLine(string title)
    {
        var line = new StringBuilder();
        foreach (Rune letter in title.EnumerateRunes())
        {
            if (line.Length + letter.Utf16SequenceLength > MaxTitle)
            {
                break;
            }

            if (!Rune.IsControl(letter) && letter != Rune.ReplacementChar)
            {
                line.Append(letter);
            }
        }

        return line.ToString().Trim();
    }

    private async Task<IResponse?> LoadAsync(IPage page, Uri address)
    {
        float limit = (float)LoadTime.TotalMilliseconds;
        try
        {
            IResponse? response = await page.GotoAsync(
                address.AbsoluteUri,
                new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded, Timeout = limit }).ConfigureAwait(false);
            await page.WaitForLoadStateAsync(LoadState.Load, new PageWaitForLoadStateOptions { Timeout = limit }).ConfigureAwait(false);
            return response;
        }
        catch (TimeoutException) when (page.Url.StartsWith("http", StringComparison.Ordinal))
        {
            // Something on it is slow; what is there by now is the page.
            return null;
        }
    }

    private async Task<PageScreenshotOptions> AreaAsync(IPage page)
    {
        int height = options.Value.Browser.FullPage
            ? Math.Clamp(
                await page.EvaluateAsync<int>("() => Math.max(1, document.documentElement.scrollHeight)").ConfigureAwait(false),
                Height,
                MaxHeight)
            : Height;
        return new PageScreenshotOptions
        {
            Animations = ScreenshotAnimations.Disabled,
            FullPage = options.Value.Browser.FullPage,
            Clip = new Clip { X = 0, Y = 0, Width = Width, Height = height },
            Timeout = 15_000,
        };
    }

    private async Task RouteAsync(IRoute route, ConcurrentBag<string> refused)
    {
        var address = new Uri(route.Request.Url);
        try
        {
            if (address.Scheme is not ("data" or "blob"))
            {
                fence.Check(address);
                await fence.ResolveCheckedAsync(address, CancellationToken.None).ConfigureAwait(false);
            }

            await route.ContinueAsync().ConfigureAwait(false);
        }
        catch (LinkException notAllowed)
        {
            refused.Add($"{address.Host}:{address.Port}");
            LogRefused(notAllowed.Message);
            await route.AbortAsync().ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A page asked for an address that was refused. {Reason}")]
    private partial void LogRefused(string reason);
}
