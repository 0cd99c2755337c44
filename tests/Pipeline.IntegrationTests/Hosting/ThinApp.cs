namespace Pipeline.IntegrationTests.Hosting;

/// <summary>
/// An app with a thin model alone and storage of its own, for tests to which it does not matter what embeds: it starts and embeds in a
/// fraction of the time that the models of full size take.
/// </summary>
internal sealed class ThinApp : IAsyncDisposable
{
    /// <summary>The key of its model.</summary>
    public const string Model = "thin";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-thin-").FullName;

    private ThinApp(Azurite azurite) => Azurite = azurite;

    public Azurite Azurite { get; }

    public FunctionApp App { get; private set; } = null!;

    public static async Task<ThinApp> StartAsync()
    {
        var app = new ThinApp(await Azurite.StartNewAsync());
        ThinModel.Install(app._folder, Model);
        app.App = await FunctionApp.StartAsync(app.Azurite, app._folder);
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Azurite.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
