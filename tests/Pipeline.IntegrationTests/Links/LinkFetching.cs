using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.ModelBuilding;
using Pipeline.Links.Fetching;

namespace Pipeline.IntegrationTests.Links;

/// <summary>What fetches links, registered as in the app, with a test's servers allowed by the setting for that.</summary>
internal sealed class LinkFetching : IAsyncDisposable
{
    private const string Browser = "/usr/bin/chromium";

    private readonly ServiceProvider _services;

    private LinkFetching(ServiceProvider services) => _services = services;

    public ILinkSource Source => _services.GetRequiredService<ILinkSource>();

    public PageBrowser Pages => _services.GetRequiredService<PageBrowser>();

    public LinkFetcher Fetcher => _services.GetRequiredService<LinkFetcher>();

    /// <summary>Without a browser.</summary>
    public static LinkFetching For(params FileServer[] allowed) => Create(allowed, []);

    /// <summary>With this machine's Chromium; skips the test where there is none.</summary>
    public static LinkFetching WithBrowser(FileServer[] allowed, params (string Name, string Value)[] settings)
    {
        Assert.SkipUnless(File.Exists(Browser), $"No browser: there is no {Browser}.");
        (string, string)[] browser =
        [
            ("Links:Browser:Executable", Browser),

            // Chromium has no sandbox for root, and tests in containers run as root.
            ("Links:Browser:Sandbox", (Environment.UserName != "root").ToString()),
        ];
        return Create(allowed, [.. browser, .. settings]);
    }

    public Task<FetchedLink> FetchAsync(string address) => Source.FetchAsync(new Uri(address), TestContext.Current.CancellationToken);

    public Task<FetchedLink> FetchAsync(FileServer server, string path = "") => FetchAsync($"{server.Address}{path}");

    /// <summary>Why an address is refused.</summary>
    public Task<LinkException> RefusalOfAsync(string address) => Assert.ThrowsAsync<LinkException>(() => FetchAsync(address));

    /// <summary>Why what a server responds with is refused.</summary>
    public Task<LinkException> RefusalOfAsync(FileServer server, string path = "") => RefusalOfAsync($"{server.Address}{path}");

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static LinkFetching Create(FileServer[] allowed, (string Name, string Value)[] settings)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            .. settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)),
            .. allowed.Select((server, index) => KeyValuePair.Create<string, string?>(
                $"Links:TestPorts:{index}", server.Address.Port.ToString(CultureInfo.InvariantCulture))),
        ]).Build();
        return new LinkFetching(new ServiceCollection()
            .AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning))
            .AddSingleton(_ => new ImageDecoder(new ImageLimits()))
            .AddLinkFetching(configuration)
            .BuildServiceProvider());
    }
}
