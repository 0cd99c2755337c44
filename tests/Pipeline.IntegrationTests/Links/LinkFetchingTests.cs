using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Links;
using Pipeline.Links.Fence;
using Pipeline.Links.Fetching;

namespace Pipeline.IntegrationTests.Links;

/// <summary>What addresses of a hostile site lead to, with a real browser.</summary>
public sealed class LinkFetchingTests : IAsyncLifetime
{
    private LinkSite _site = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = await LinkSite.StartAsync();
        _services = _site.Services(Chromium.Find());
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData("image.jpg")]
    [InlineData("image.html")]
    [InlineData("to-image")]
    public async Task An_image_is_known_by_its_bytes_whatever_it_is_called(string path)
    {
        FetchedLink fetched = await FetchAsync(path);

        Assert.Equal(TestImages.Bitmap(_site.Number), fetched.Bytes.ToArray());
        Assert.False(fetched.IsPage);
        Assert.NotEqual("/to-image", fetched.Address.AbsolutePath);
    }

    [Fact]
    public async Task Who_waits_no_longer_ends_the_request()
    {
        using var left = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _services.GetRequiredService<ILinkSource>().FetchAsync(new Uri(_site.Address, "hangs"), left.Token));
    }

    [Fact]
    public async Task Without_a_browser_a_page_is_refused_with_what_to_set()
    {
        await using ServiceProvider services = _site.Services(null);

        LinkException refused = await Assert.ThrowsAsync<LinkException>(() => services.GetRequiredService<ILinkSource>()
            .FetchAsync(new Uri(_site.Address, "page.jpg"), CancellationToken));

        Assert.True(refused.LacksBrowser);
        Assert.Contains("Links__Browser__Executable", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("page.jpg", "A page, 9001")]
    [InlineData("dialogs", "Dialogs")]
    [InlineData("downloads", "Downloads")]
    public async Task A_page_becomes_a_snapshot_whatever_it_tries(string path, string title)
    {
        Chromium.SkipWithout();

        FetchedLink fetched = await FetchAsync(path);

        Assert.Equal((true, title), (fetched.IsPage, fetched.Title));
        DecodedImage image = await _services.GetRequiredService<ImageDecoder>().DecodeAsync(
            new EncodedImage(fetched.Bytes), CancellationToken);
        Assert.Equal((1280, 800), (image.Width, image.Height));
    }

    [Fact]
    public async Task What_a_page_asks_of_other_addresses_ends_at_the_fence_and_the_snapshot_is_made()
    {
        Chromium.SkipWithout();

        FetchedLink fetched = await FetchAsync("nosy");

        Assert.Equal("Nosy", fetched.Title);
        Assert.Empty(_site.AskedInside);
    }

    [Fact]
    public async Task A_page_that_moves_on_to_an_address_inside_is_not_followed()
    {
        Chromium.SkipWithout();
        try
        {
            await FetchAsync("moves-on");
        }
        catch (LinkException failed)
        {
            Assert.DoesNotContain("secret", failed.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_site.AskedInside);
    }

    [Fact]
    public async Task A_page_that_never_rests_is_given_up_and_the_next_one_is_shown()
    {
        Chromium.SkipWithout();
        using var browser = new PageBrowser(
            _services.GetRequiredService<IOptions<LinkOptions>>(),
            _services.GetRequiredService<AddressFence>(),
            NullLogger<PageBrowser>.Instance)
        {
            WholeTime = TimeSpan.FromSeconds(12),
            LoadTime = TimeSpan.FromSeconds(5),
        };

        LinkException failed = await Assert.ThrowsAsync<LinkException>(
            () => browser.SnapshotAsync(new Uri(_site.Address, "spins"), CancellationToken));
        PageSnapshot next = await browser.SnapshotAsync(new Uri(_site.Address, "page.jpg"), CancellationToken);

        Assert.Contains("busy", failed.Message, StringComparison.Ordinal);
        Assert.Equal("A page, 9001", next.Title);
    }

    private Task<FetchedLink> FetchAsync(string path) =>
        _services.GetRequiredService<ILinkSource>().FetchAsync(new Uri(_site.Address, path), CancellationToken);
}
