using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.IntegrationTests.ModelBuilding;
using Pipeline.Links;
using Pipeline.Links.Fence;
using Pipeline.Links.Fetching;

namespace Pipeline.IntegrationTests.Links;

/// <summary>Images and refusals by real HTTP, from servers of the test's own.</summary>
public class LinkFetcherTests
{
    private static readonly byte[] Vase = File.ReadAllBytes(Repository.Path("samples", "vase-1.jpg"));

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("<!DOCTYPE html><title>A</title>")]
    [InlineData("\uFEFF\r\n <!-- a comment --> <html lang=en><body>A")]
    [InlineData("<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x' 'y'><html>")]
    public async Task A_page_that_is_called_jpg_is_a_page(string html)
    {
        await using FileServer server = await ServeAsync(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8");
        await using var links = LinkFetching.For(server);

        LinkException refused = await links.RefusalOfAsync(server, "photo.jpg");

        Assert.True(refused.LacksBrowser);
        Assert.Contains("Links__Browser__Executable", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_says_it_is_an_image_is_refused_for_a_browser_would_not_show_it()
    {
        await using FileServer server = await ServeAsync("<html><body>A"u8.ToArray(), "image/jpeg");
        await using var links = LinkFetching.For(server);

        LinkException refused = await links.RefusalOfAsync(server, "photo.jpg");

        Assert.Contains("'image/jpeg'", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.LacksBrowser);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_in_UTF_16_is_a_page(bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        await using FileServer server = await ServeAsync([.. encoding.GetPreamble(), .. encoding.GetBytes("<html><body>A")], "text/html");
        await using var links = LinkFetching.For(server);

        Assert.True((await links.RefusalOfAsync(server)).LacksBrowser);
    }

    [Theory]
    [InlineData("%PDF-1.7 and so on")]
    [InlineData("just text")]
    [InlineData("{\"a\":\"<html>\"}")]
    public async Task What_is_neither_an_image_nor_a_page_is_refused(string content)
    {
        await using FileServer server = await ServeAsync(Encoding.UTF8.GetBytes(content), "text/html");
        await using var links = LinkFetching.For(server);

        LinkException refused = await links.RefusalOfAsync(server);

        Assert.Contains("neither an image nor a page", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.LacksBrowser);
    }

    [Theory]
    [InlineData(404, false)]
    [InlineData(403, false)]
    [InlineData(429, true)]
    [InlineData(503, true)]
    [InlineData(302, false)] // without an address
    public async Task A_status_of_the_server_is_named_and_says_whether_another_attempt_may_succeed(int status, bool isWorthRetrying)
    {
        await using FileServer server = await FileServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var links = LinkFetching.For(server);

        LinkException refused = await links.RefusalOfAsync(server);

        Assert.Contains($"{status}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(isWorthRetrying, refused.IsWorthRetrying);
    }

    [Fact]
    public async Task Redirects_are_followed_up_to_five()
    {
        await using FileServer server = await FileServer.StartAsync(async (context, _) =>
        {
            int left = int.Parse(context.Request.Path.Value![1..], null);
            if (left > 0)
            {
                context.Response.Redirect($"/{left - 1}");
                return;
            }

            await context.Response.Body.WriteAsync(Vase, context.RequestAborted);
        });
        await using var links = LinkFetching.For(server);

        Assert.Equal(new Uri(server.Address, "0"), (await links.FetchAsync(server, "5")).Address);
        Assert.Contains("more than 5 times", (await links.RefusalOfAsync(server, "6")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://168.63.129.16/machine?comp=goalstate")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/")]
    [InlineData("http://0/")]
    [InlineData("//192.168.1.1/")]
    [InlineData("http://localhost/")]
    public async Task A_redirect_to_an_address_that_is_not_public_is_refused(string target)
    {
        await using FileServer server = await RedirectAsync(target);
        await using var links = LinkFetching.For(server);

        LinkException refused = await links.RefusalOfAsync(server);

        Assert.Contains("not on the public internet", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.IsWorthRetrying);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "http://")]
    [InlineData("data:text/html,hello", "http://")]
    [InlineData("ftp://example.com/a.jpg", "http://")]
    [InlineData("http://user:secret@example.com/", "user name")]
    [InlineData("http://example.com:6379/", "port 6379")]
    public async Task A_redirect_is_checked_as_the_address_itself_was(string target, string reason)
    {
        await using FileServer server = await RedirectAsync(target);
        await using var links = LinkFetching.For(server);

        LinkException refused = await links.RefusalOfAsync(server);

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://")]
    [InlineData("http://[")]
    [InlineData("//")]
    [InlineData("http://a b/")]
    [InlineData("http://example.com:99999/")]
    public async Task A_redirect_to_nonsense_is_refused_in_a_sentence(string target)
    {
        await using FileServer server = await RedirectAsync(target);
        await using var links = LinkFetching.For(server);

        Assert.False((await links.RefusalOfAsync(server)).IsWorthRetrying);
    }

    [Fact]
    public async Task Another_server_of_this_machine_is_not_reached_by_a_redirect()
    {
        await using FileServer secret = await ServeAsync(Vase, "image/jpeg");
        await using FileServer server = await RedirectAsync(secret.Address.AbsoluteUri);
        await using var links = LinkFetching.For(server);

        await links.RefusalOfAsync(server);

        Assert.Empty(secret.Ranges);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task What_is_said_to_be_packed_and_is_not_is_refused_in_a_sentence(string encoding)
    {
        await using FileServer server = await FileServer.StartAsync(async (context, _) =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            await context.Response.WriteAsync("not packed at all", context.RequestAborted);
        });
        await using var links = LinkFetching.For(server);

        LinkException refused = await links.RefusalOfAsync(server);

        Assert.Contains("cannot be decompressed", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("never")]
    [InlineData("headers only")]
    [InlineData("a byte now and then")]
    public async Task A_server_that_hangs_is_given_up(string how)
    {
        await using FileServer server = await FileServer.StartAsync(async (context, _) =>
        {
            if (how != "never")
            {
                await context.Response.StartAsync(context.RequestAborted);
            }

            while (true)
            {
                await Task.Delay(how == "a byte now and then" ? 100 : Timeout.Infinite, context.RequestAborted);
                await context.Response.Body.WriteAsync(new byte[1], context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        });
        using var decoder = new ImageDecoder(new ImageLimits());
        using var fetcher = new LinkFetcher(Fence(server), decoder)
        {
            WholeTime = TimeSpan.FromSeconds(3),
            IdleTime = TimeSpan.FromSeconds(1),
        };
        var time = Stopwatch.StartNew();

        LinkException refused = await Assert.ThrowsAsync<LinkException>(() => fetcher.FetchAsync(server.Address, CancellationToken));

        Assert.Contains("too slow", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsWorthRetrying);
        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Nothing_is_sent_that_came_before_or_says_who_asks()
    {
        List<string> headers = [];
        await using FileServer server = await FileServer.StartAsync(async (context, number) =>
        {
            lock (headers)
            {
                headers.AddRange(context.Request.Headers.Keys);
            }

            if (number == 1)
            {
                context.Response.Cookies.Append("a", "b");
                context.Response.Redirect("/next");
                return;
            }

            await context.Response.Body.WriteAsync(Vase, context.RequestAborted);
        });
        await using var links = LinkFetching.For(server);

        await links.FetchAsync(server);
        await links.FetchAsync(server);

        Assert.Equal(["Accept", "Accept-Encoding", "Host", "User-Agent"], headers.Distinct().Order());
    }

    private static AddressFence Fence(FileServer server)
    {
        var options = new LinkOptions();
        options.TestPorts.Add(server.Address.Port);
        return new AddressFence(Options.Create(options), (_, _) => throw new InvalidOperationException("No name is resolved here."));
    }

    private static Task<FileServer> RedirectAsync(string target) => FileServer.StartAsync((context, _) =>
    {
        context.Response.StatusCode = 302;
        context.Response.Headers.Location = target;
        return Task.CompletedTask;
    });

    private static Task<FileServer> ServeAsync(byte[] content, string type) => FileServer.StartAsync(async (context, _) =>
    {
        context.Response.ContentType = type;
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    });
}
