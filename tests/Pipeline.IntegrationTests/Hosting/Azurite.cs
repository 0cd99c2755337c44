using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.Cli;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>A storage emulator of its own, on ports and in a folder that survive a restart.</summary>
internal sealed class Azurite : IAsyncDisposable
{
    private static readonly SourceTree Tree = new(Repository.Root);

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-azurite-").FullName;
    private readonly int[] _ports = OwnPorts.Take(3);
    private AzuriteProcess? _process;

    public string ConnectionString => EmulatorConnection.String(_ports[0], _ports[1], _ports[2]);

    public BlobContainerClient Images => new BlobServiceClient(ConnectionString).GetBlobContainerClient("images");

    /// <summary>Models to fetch.</summary>
    public BlobContainerClient Models => new BlobServiceClient(ConnectionString).GetBlobContainerClient("models");

    /// <summary>The container of the host's own files.</summary>
    public BlobContainerClient Hosts => new BlobServiceClient(ConnectionString).GetBlobContainerClient("azure-webjobs-hosts");

    public TableServiceClient Tables => new(ConnectionString);

    public QueueClient PoisonQueue => new(
        ConnectionString, "webjobs-blobtrigger-poison", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    public static async Task<Azurite> StartNewAsync()
    {
        var azurite = new Azurite();
        await azurite.StartAsync();
        await azurite.Images.CreateIfNotExistsAsync();
        return azurite;
    }

    public async Task StartAsync()
    {
        if (!new NpmInstallation(Tree.Azurite, "azurite").IsComplete)
        {
            var console = CommandConsole.Default();
            await using IAsyncDisposable held = await SetupLock.AcquireAsync(Tree, console, CancellationToken.None);
            await AzuriteInstallation.MakeReadyAsync(Tree, console, CancellationToken.None);
        }

        _process = await AzuriteProcess.StartAsync(
            Tree, _folder, _ports, Path.Combine(_folder, "logs", "azurite.log"), CancellationToken.None);
    }

    /// <summary>Stops it and keeps its data for the next start.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
