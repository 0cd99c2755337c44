using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.IntegrationTests.ModelBuilding;
using Pipeline.Links;
using Pipeline.Links.Fence;
using Pipeline.Links.Fetching;

namespace Pipeline.IntegrationTests.Links;

/// <summary>What a hostile page does to a real browser, and where its requests end.</summary>
public sealed class PageBrowserTests
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, 800)]
    [InlineData(true, 3000)]
    public async Task A_snapshot_is_of_the_first_screen_or_of_the_whole_page(bool isFullPage, int height)
    {
        await using FileServer server = await PagesAsync("<html><title>Tall</title><body style='margin:0'><div style='height:3000px'>");

        Assert.Equal((1280, height), await SizeAsync(server, isFullPage));
    }

    [Theory]
    [InlineData("<div style='height:9999999px;width:9999999px'>")]
    [InlineData("<div style='height:0'>")]
    public async Task No_page_makes_a_snapshot_that_is_wider_or_higher_than_the_limits(string body)
    {
        await using FileServer server = await PagesAsync($"<html><title>Vast</title><body>{body}");

        (int width, int height) = await SizeAsync(server, isFullPage: true);

        Assert.Equal(1280, width);
        Assert.InRange(height, 800, 8000);
    }

    [Theory]
    [InlineData("<title>  One\n\ttwo &#1; three </title>", "One two three")]
    [InlineData("<title></title>", null)]
    [InlineData("", null)]
    public async Task A_title_is_one_line_of_text(string head, string? title)
    {
        await using FileServer server = await PagesAsync($"<html>{head}<body>x");
        await using var links = LinkFetching.WithBrowser([server]);

        Assert.Equal(title, (await links.FetchAsync(server)).Title);
    }

    [Fact]
    public async Task A_long_title_is_cut_between_letters()
    {
        await using FileServer server = await PagesAsync(
            $"<meta charset=utf-8><title>a{string.Concat(Enumerable.Repeat("\U0001F3FA", 400))}</title><body>x");
        await using var links = LinkFetching.WithBrowser([server]);

        string title = (await links.FetchAsync(server)).Title!;

        Assert.InRange(title.Length, 298, 300);
        Assert.Equal(title, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(title)));
    }

    [Fact]
    public async Task A_page_that_hangs_for_the_browser_is_given_up_in_a_sentence()
    {
        await using FileServer server = await FileServer.StartAsync(
            (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));

        LinkException refused = await Assert.ThrowsAsync<LinkException>(() => ShowAsync(server));

        Assert.Contains("did not load", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsWorthRetrying);
    }

    [Fact]
    public async Task A_page_of_which_one_part_hangs_is_shown_without_it()
    {
        await using FileServer server = await FileServer.StartAsync(async (context, _) =>
        {
            await Task.Delay(context.Request.Path == "/slow.png" ? Timeout.Infinite : 0, context.RequestAborted);
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html><title>Shown</title><body>x<img src=/slow.png>");
        });

        Assert.Equal("Shown", (await ShowAsync(server)).Title);
    }

    [Fact]
    public async Task A_page_that_turns_into_a_download_for_the_browser_is_refused_and_not_tried_again()
    {
        await using FileServer server = await FileServer.StartAsync(async (context, _) =>
        {
            context.Response.ContentType = "application/zip";
            context.Response.Headers.ContentDisposition = "attachment; filename=a.zip";
            await context.Response.WriteAsync("<html>");
        });

        LinkException refused = await Assert.ThrowsAsync<LinkException>(() => ShowAsync(server));

        Assert.Contains("download", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.IsWorthRetrying);
    }

    [Theory]
    [InlineData("<meta http-equiv=refresh content='0;url={0}'>")]
    [InlineData("<script>location='{0}'</script>")]
    [InlineData("<body onload=\"location.replace('{0}')\">")]
    [InlineData("<form action='{0}' method=post id=f></form><script>f.submit()</script>")]
    public async Task A_page_that_leaves_for_an_address_inside_gives_no_snapshot_of_an_error_page(string leaving)
    {
        await using FileServer secret = await PagesAsync("secret");
        await using FileServer server = await PagesAsync("<html><title>Leaves</title>" + string.Format(null, leaving, secret.Address));

        try
        {
            PageSnapshot shown = await ShowAsync(server);
            Assert.Equal(server.Address, shown.Address);
        }
        catch (LinkException refused)
        {
            Assert.Contains("leads on to an address that is not allowed", refused.Message, StringComparison.Ordinal);
            Assert.False(refused.IsWorthRetrying);
        }

        Assert.Empty(secret.Ranges);
    }

    [Fact]
    public async Task A_redirect_of_the_browser_to_an_address_inside_is_refused()
    {
        await using FileServer secret = await PagesAsync("secret");
        await using FileServer server = await FileServer.StartAsync((context, _) =>
        {
            context.Response.Redirect(secret.Address.AbsoluteUri);
            return Task.CompletedTask;
        });

        LinkException refused = await Assert.ThrowsAsync<LinkException>(() => ShowAsync(server));

        Assert.Contains("leads on to an address that is not allowed", refused.Message, StringComparison.Ordinal);
        Assert.Empty(secret.Ranges);
    }

    [Fact]
    public async Task Nothing_inside_is_reached_by_other_ways_than_HTTP()
    {
        using var packets = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var connections = new TcpListener(IPAddress.Loopback, 0);
        connections.Start();
        int udp = ((IPEndPoint)packets.Client.LocalEndPoint!).Port;
        int tcp = ((IPEndPoint)connections.LocalEndpoint).Port;
        string candidate = $"candidate:1 1 tcp 1518280447 127.0.0.1 {tcp} typ host tcptype passive";
        await using FileServer server = await PagesAsync(
            $$"""
            <html><title>Calls</title><body>x
            <link rel=dns-prefetch href='//127.0.0.1:{{tcp}}'><link rel=preconnect href='http://127.0.0.1:{{tcp}}'>
            <script>
            const call = new RTCPeerConnection({iceServers: [{urls: ['stun:127.0.0.1:{{udp}}', 'turn:127.0.0.1:{{tcp}}?transport=tcp'],
                username: 'a', credential: 'b'}]});
            call.createDataChannel('a');
            const other = new RTCPeerConnection();
            (async () => {
                await call.setLocalDescription(await call.createOffer());
                await other.setRemoteDescription(call.localDescription);
                await other.setLocalDescription(await other.createAnswer());
                await call.setRemoteDescription(other.localDescription);
                await call.addIceCandidate({candidate: '{{candidate}}', sdpMid: '0', sdpMLineIndex: 0});
                await call.addIceCandidate({candidate: 'candidate:2 1 udp 1 127.0.0.1 {{udp}} typ host', sdpMid: '0', sdpMLineIndex: 0});
            })();
            navigator.serviceWorker?.register('/worker.js');
            try { new WebTransport('https://127.0.0.1:{{udp}}/') } catch {}
            new WebSocket('ws://127.0.0.1:{{tcp}}/');
            new EventSource('http://127.0.0.1:{{tcp}}/');
            </script><img src=/slow.png>
            """,
            slow: TimeSpan.FromSeconds(4));

        PageSnapshot shown = await ShowAsync(server);

        Assert.Equal("Calls", shown.Title);
        Assert.Equal(0, packets.Available);
        Assert.False(connections.Pending());
    }

    [Fact]
    public async Task A_name_that_is_public_for_the_fetcher_and_private_for_the_browser_is_refused()
    {
        await using FileServer server = await PagesAsync("secret");
        var options = new LinkOptions { Browser = { Executable = Chromium.Find(), Sandbox = false } };
        options.Ports.Add(server.Address.Port);
        using var browser = new PageBrowser(
            Options.Create(options),
            new AddressFence(Options.Create(options), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback])),
            NullLogger<PageBrowser>.Instance);
        Chromium.SkipWithout();

        await Assert.ThrowsAsync<LinkException>(
            () => browser.SnapshotAsync(new Uri($"http://rebound.example:{server.Address.Port}/"), CancellationToken));

        Assert.Empty(server.Ranges);
    }

    [Theory]
    [InlineData("<script>for(;;);</script>")]
    [InlineData("<script>onbeforeunload=()=>{for(;;);};for(;;)alert(1)</script>")]
    [InlineData("<script>const a=[];for(;;)a.push(new Array(1e6).fill(Math.random()))</script>")]
    public async Task No_process_of_the_browser_is_left_whatever_the_page_does(string script)
    {
        await using FileServer server = await PagesAsync($"<html><title>Spins</title><body>x{script}");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It reads the processes of Linux.");
        using var browser = new NotedBrowser();
        var time = Stopwatch.StartNew();

        await Record.ExceptionAsync(() => ShowAsync(server, browser.Executable, TimeSpan.FromSeconds(15)));

        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(90));
        Assert.NotEmpty(server.Ranges);
        await Wait.UntilAsync(() => Task.FromResult(!browser.Processes().Any()), () => "the end of the browser");
    }

    [Fact]
    public async Task A_browser_that_does_not_start_is_named_with_what_to_check()
    {
        Chromium.SkipWithout();
        await using FileServer server = await PagesAsync("<html><body>x");
        await using var links = LinkFetching.WithBrowser([server], ("Links:Browser:Executable", "/bin/true"));

        LinkException failed = await links.RefusalOfAsync(server);

        Assert.Contains("Links__Browser__", failed.Message, StringComparison.Ordinal);
    }

    private static async Task<(int Width, int Height)> SizeAsync(FileServer server, bool isFullPage)
    {
        await using var links = LinkFetching.WithBrowser([server], ("Links:Browser:FullPage", isFullPage.ToString()));
        FetchedLink page = await links.FetchAsync(server);
        using var decoder = new ImageDecoder(new ImageLimits());
        DecodedImage image = await decoder.DecodeAsync(new EncodedImage(page.Bytes), CancellationToken);
        return (image.Width, image.Height);
    }

    /// <summary>Straight to the browser, with short limits.</summary>
    private static Task<PageSnapshot> ShowAsync(FileServer server) => ShowAsync(server, Chromium.Find(), TimeSpan.FromSeconds(30));

    private static async Task<PageSnapshot> ShowAsync(FileServer server, string? executable, TimeSpan wholeTime)
    {
        Chromium.SkipWithout();
        await using ServiceProvider services = LinkFetching.ServicesWithBrowser(
            [server], [("Links:Browser:Executable", executable!)]);
        using var browser = new PageBrowser(
            services.GetRequiredService<IOptions<LinkOptions>>(),
            services.GetRequiredService<AddressFence>(),
            NullLogger<PageBrowser>.Instance)
        {
            WholeTime = wholeTime,
            LoadTime = TimeSpan.FromSeconds(6),
        };
        return await browser.SnapshotAsync(server.Address, CancellationToken);
    }

    private static Task<FileServer> PagesAsync(string html, TimeSpan slow = default) => FileServer.StartAsync(async (context, _) =>
    {
        if (context.Request.Path != "/")
        {
            await Task.Delay(slow, context.RequestAborted);
            context.Response.StatusCode = 404;
            return;
        }

        context.Response.ContentType = "text/html";
        await context.Response.WriteAsync(html, context.RequestAborted);
    });
}
