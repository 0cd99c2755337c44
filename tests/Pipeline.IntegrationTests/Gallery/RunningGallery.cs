using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Gallery;

/// <summary>An app for the tests of the gallery, and one browser, in which each test has a context of its own.</summary>
public sealed class RunningGallery(SeededModels models) : RunningPipeline(models)
{
    private Chromium? _chromium;

    /// <summary>Starts it for the first test that needs it; skips the test where there is none.</summary>
    internal async Task<Chromium> BrowserAsync() => _chromium ??= await Chromium.StartAsync();

    public override async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
        {
            await _chromium.DisposeAsync();
        }

        await base.DisposeAsync();
    }
}

/// <summary>The tests that share it.</summary>
[CollectionDefinition(nameof(RunningGallery))]
public sealed class RunningGalleryTests : ICollectionFixture<RunningGallery>;
