using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.IntegrationTests.ModelBuilding;
using Pipeline.Links.Fetching;

namespace Pipeline.IntegrationTests.Links;

/// <summary>What fetches links, registered as in the app, with a test's servers allowed by the setting for that.</summary>
internal sealed class LinkFetching : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private LinkFetching(ServiceProvider services) => _services = services;

    /// <summary>Without a browser.</summary>
    public static LinkFetching For(params FileServer[] allowed) => new(Services(allowed, []));

    /// <summary>With this machine's Chromium; skips the test where there is none.</summary>
    public static LinkFetching WithBrowser(FileServer[] allowed, params (string Name, string Value)[] settings) =>
        new(ServicesWithBrowser(allowed, settings));

    /// <inheritdoc cref="WithBrowser"/>
    public static ServiceProvider ServicesWithBrowser(FileServer[] allowed, (string Name, string Value)[] settings)
    {
        Chromium.SkipWithout();

        // Chromium has no sandbox for root, and tests in containers run as root.
        return Services(allowed, [.. settings, ("Links:Browser:Executable", Chromium.Find()!), ("Links:Browser:Sandbox", "false")]);
    }

    public Task<FetchedLink> FetchAsync(FileServer server, string path = "") =>
        _services.GetRequiredService<ILinkSource>().FetchAsync(new Uri(server.Address, path), TestContext.Current.CancellationToken);

    /// <summary>Why what a server responds with is refused.</summary>
    public Task<LinkException> RefusalOfAsync(FileServer server, string path = "") =>
        Assert.ThrowsAsync<LinkException>(() => FetchAsync(server, path));

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static ServiceProvider Services(FileServer[] allowed, (string Name, string Value)[] settings)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            // The test's own come first.
            .. settings.DistinctBy(setting => setting.Name)
                .Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)),
            .. allowed.Select((server, index) => KeyValuePair.Create<string, string?>(
                $"Links:TestPorts:{index}", server.Address.Port.ToString(CultureInfo.InvariantCulture))),
        ]).Build();
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton(_ => new ImageDecoder(new ImageLimits()))
            .AddLinkFetching(configuration)
            .BuildServiceProvider();
    }
}
