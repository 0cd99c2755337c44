using System.Diagnostics;
using System.Net.Sockets;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>A storage emulator of its own, on ports and in a folder that survive a restart.</summary>
internal sealed class Azurite : IAsyncDisposable
{
    // The emulator's public, well-known account.
    private const string Account =
        "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly string Program = Repository.Path("tools", "azurite", "node_modules", "azurite", "dist", "src", "azurite.js");

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-azurite-").FullName;
    private readonly int[] _ports = [ServerProcess.FreePort(), ServerProcess.FreePort(), ServerProcess.FreePort()];
    private ServerProcess? _process;

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;{Account};BlobEndpoint={Endpoint(0)};QueueEndpoint={Endpoint(1)};TableEndpoint={Endpoint(2)}";

    public BlobContainerClient Images => new BlobServiceClient(ConnectionString).GetBlobContainerClient("images");

    /// <summary>Models to fetch.</summary>
    public BlobContainerClient Models => new BlobServiceClient(ConnectionString).GetBlobContainerClient("models");

    /// <summary>Where the host keeps what it knows.</summary>
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
        await InstallAsync();
        _process = ServerProcess.Start(
            "node",
            [
                Program, "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--location", _folder,
                "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
                "--blobPort", $"{_ports[0]}", "--queuePort", $"{_ports[1]}", "--tablePort", $"{_ports[2]}",
            ],
            new Dictionary<string, string>());
        foreach (int port in _ports)
        {
            await _process.WaitUntilAsync(() => IsListeningAsync(port), $"Azurite on port {port}");
        }
    }

    /// <summary>Away, with its data kept for the next start.</summary>
    public Task StopAsync() => _process!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Endpoint(int service) => $"http://127.0.0.1:{_ports[service]}/devstoreaccount1";

    private static async Task InstallAsync()
    {
        if (File.Exists(Program))
        {
            return;
        }

        (string file, string[] arguments) = OperatingSystem.IsWindows() ? ("cmd", ["/c", "npm"]) : ("npm", Array.Empty<string>());
        using var install = Process.Start(
            new ProcessStartInfo(file, [.. arguments, "ci", "--no-audit", "--no-fund"]) { WorkingDirectory = Repository.Path("tools", "azurite") })!;
        await install.WaitForExitAsync();
        Assert.Equal(0, install.ExitCode);
    }

    private static async Task<bool> IsListeningAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
