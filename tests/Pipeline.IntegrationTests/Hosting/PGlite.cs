using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Azure.Identity;
using Npgsql;
using Pipeline.Cli;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Storage.Postgres;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>
/// PostgreSQL with pgvector in one process, on a port and in a folder that survive a restart. It is a server of one connection: a second is
/// refused while the first is open, so everybody's pool is of one, and a test closes its own before the app opens one.
/// </summary>
internal sealed class PGlite : IAsyncDisposable
{
    private static readonly SourceTree Tree = new(Repository.Root);
    private static readonly string Tools = Repository.Path("tools", "pglite");

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-pglite-").FullName;
    private readonly int _port = OwnPorts.Take(1)[0];
    private ChildProcess? _process;

    public string ConnectionString => string.Create(
        CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={_port};Database=postgres;Username=postgres;Password=unused;SSL Mode=Disable;Maximum Pool Size=1;Timeout=60");

    /// <summary>The folder of the database; made by the first start where it is not there.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>The database as the product has it.</summary>
    public PostgresDatabase Open() => new(() => PostgresSource.Create(PostgresSource.Read(ConnectionString), new DefaultAzureCredential()));

    /// <summary>Runs a statement on a connection of its own.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(sql, TestContext.Current.CancellationToken);
    }

    public async Task StartAsync()
    {
        var installation = new NpmInstallation(Tools, "@electric-sql/pglite-socket");
        if (!installation.IsComplete)
        {
            await using IAsyncDisposable held = await SetupLock.AcquireAsync(Tree, CommandConsole.Default(), CancellationToken.None);
            if (!installation.IsComplete)
            {
                await installation.RunAsync(Path.Combine(Tree.Logs, "npm-ci-pglite.log"), CancellationToken.None);
            }
        }

        var start = new ProcessStartInfo("node",
        [
            Path.Combine(Tools, "node_modules", "@electric-sql", "pglite-socket", "dist", "scripts", "server.js"),
            $"--db={Data}",
            string.Create(CultureInfo.InvariantCulture, $"--port={_port}"),
            "--extensions=@electric-sql/pglite-pgvector:vector",
        ])
        {
            WorkingDirectory = Tools,
        };
        _process = ChildProcess.Start("PGlite", start, Path.Combine(_folder, "logs", "pglite.log"), TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(ListensAsync, () => "PGlite to listen");
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

    private async Task<bool> ListensAsync()
    {
        if (_process!.Exited.IsCompleted)
        {
            throw _process.Failure("PGlite ended.");
        }

        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", _port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
