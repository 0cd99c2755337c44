using Microsoft.Playwright;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Gallery;

/// <summary>The gallery of an app in a browser. What its scripts complain about, a broken policy included, is kept for the test.</summary>
internal sealed class GalleryPage : IAsyncDisposable
{
    /// <summary>Only ends a test that would hang: an app that loads a model on two loaded cores takes long.</summary>
    private const float LimitMs = 120_000;

    private readonly List<string> _complaints = [];
    private readonly Uri _address;

    private GalleryPage(IPage page, Uri api)
    {
        (Page, _address) = (page, new Uri(api, "gallery"));
        page.PageError += (_, error) => _complaints.Add(error);
        page.Console += (_, message) => _complaints.AddRange(IsComplaint(message) ? [message.Text] : []);
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts and of the policy. That a request failed is not one: the page says so in a sentence.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Opens a page in a context of its own; skips the test where there is no browser.</summary>
    public static async Task<GalleryPage> OpenAsync(
        RunningGallery running, int width = 1280, int height = 860, ColorScheme scheme = ColorScheme.Light)
    {
        Assertions.SetDefaultExpectTimeout(LimitMs);
        Chromium chromium = await running.BrowserAsync();
        IPage page = await chromium.Browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        page.SetDefaultTimeout(LimitMs);
        return new GalleryPage(page, running.App.Client.BaseAddress!);
    }

    /// <summary>Shows a view, such as <c>search?name=a.jpg</c>, as one who opens its address.</summary>
    public async Task GoAsync(string view)
    {
        await Page.GotoAsync("about:blank");
        await Page.GotoAsync($"{_address}#/{view}");
    }

    public ILocator Tile(string name) => Page.Locator($".tile[data-name='{name}']");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    public ILocator Column(string title) => Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = title, Exact = true });

    /// <summary>The sentence of an error.</summary>
    public ILocator Alert => Page.GetByRole(AriaRole.Alert);

    /// <summary>A request of the page is answered by the test.</summary>
    public Task AnswerAsync(string address, int status, string json, string contentType = "application/json") =>
        Page.RouteAsync(address, route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = status, ContentType = contentType, Body = json,
        }));

    public Task AnswerProblemAsync(string address, int status, string kind, string title, string detail) => AnswerAsync(
        address,
        status,
        $$"""{"type":"urn:pipeline:problem:{{kind}}","title":"{{title}}","status":{{status}},"detail":"{{detail}}"}""",
        "application/problem+json");

    public static FilePayload File(string name, byte[] content, string type = "image/png") =>
        new() { Name = name, MimeType = type, Buffer = content };

    // With its context, which is the page's own.
    public async ValueTask DisposeAsync() => await Page.CloseAsync();

    private static bool IsComplaint(IConsoleMessage message) =>
        message.Type is "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal);
}
