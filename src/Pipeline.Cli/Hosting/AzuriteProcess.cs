using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Cli.Hosting;

/// <summary>The running storage emulator.</summary>
internal sealed class AzuriteProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    private readonly string _processFile;

    private AzuriteProcess(ChildProcess process, string connectionString, string processFile)
    {
        Process = process;
        ConnectionString = connectionString;
        _processFile = processFile;
    }

    public ChildProcess Process { get; }

    public string ConnectionString { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="tree">The checkout.</param>
    /// <param name="data">Its data folder; created if missing.</param>
    /// <param name="ports">For blobs, queues and tables.</param>
    /// <param name="logFile">Where its output goes.</param>
    /// <param name="cancellationToken">Stops it again.</param>
    /// <exception cref="CommandFailure">It does not start, or another one uses the same data.</exception>
    public static async Task<AzuriteProcess> StartAsync(
        SourceTree tree, string data, int[] ports, string logFile, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(data);
        string processFile = Path.Combine(data, "azurite.pid");
        RefuseSecond(processFile, data);
        string[] numbers = [.. ports.Select(port => port.ToString(CultureInfo.InvariantCulture))];
        var start = new ProcessStartInfo("node",
        [
            Path.Combine(tree.Azurite, "node_modules", "azurite", "dist", "src", "azurite.js"),
            "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--location", data,
            "--blobHost", "127.0.0.1", "--blobPort", numbers[0],
            "--queueHost", "127.0.0.1", "--queuePort", numbers[1],
            "--tableHost", "127.0.0.1", "--tablePort", numbers[2],
        ])
        {
            WorkingDirectory = data,
        };
        ChildProcess process = ChildProcess.Start("Azurite", start, logFile, ShutdownTimeout);
        var azurite = new AzuriteProcess(process, EmulatorConnection.String(ports[0], ports[1], ports[2]), processFile);
        try
        {
            await File.WriteAllTextAsync(processFile, process.Id.ToString(CultureInfo.InvariantCulture), cancellationToken);
            foreach (int port in ports)
            {
                await azurite.WaitForAsync(port, cancellationToken);
            }

            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        File.Delete(_processFile);
    }

    // Two emulators on one folder would overwrite each other's data; the emulator of a killed command may still run.
    private static void RefuseSecond(string processFile, string data)
    {
        if (!File.Exists(processFile) || !int.TryParse(File.ReadAllText(processFile), CultureInfo.InvariantCulture, out int id))
        {
            return;
        }

        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            if (process.ProcessName.StartsWith("node", StringComparison.OrdinalIgnoreCase))
            {
                throw new CommandFailure(
                    $"A storage emulator still uses '{data}' (process {id}). Stop it, or choose another folder with --data.");
            }
        }
        catch (ArgumentException)
        {
            // The process no longer exists.
        }
    }

    private async Task WaitForAsync(int port, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException) when (!Process.Exited.IsCompleted && Stopwatch.GetElapsedTime(start) < StartLimit)
            {
                await Task.Delay(Interval, cancellationToken);
            }
            catch (SocketException)
            {
                throw Process.Failure($"Azurite does not listen on port {port}.");
            }
        }
    }
}
