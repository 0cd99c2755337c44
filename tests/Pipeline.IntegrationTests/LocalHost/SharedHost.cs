using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.LocalHost;

/// <summary>A host with events and its storage, for the tests that do not change them.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    private Azurite? _azurite;
    private LocalHostProcess? _host;

    internal Azurite Azurite => _azurite!;

    internal LocalHostProcess Host => _host!;

    public async ValueTask InitializeAsync()
    {
        _azurite = await Azurite.StartNewAsync();
        _host = await LocalHostProcess.StartAsync(_azurite, events: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        await _azurite!.DisposeAsync();
    }
}

/// <summary>The tests that share it.</summary>
[CollectionDefinition(nameof(SharedHost))]
public sealed class SharedHostTests : ICollectionFixture<SharedHost>;
