using System.Diagnostics;
using Pipeline.Cli;
using Pipeline.Cli.Hosting;

namespace Pipeline.Benchmarks;

/// <summary>Storage and function app as <c>./pipeline up</c> starts them, on data of their own.</summary>
internal sealed class ServedPipeline : IAsyncDisposable
{
    private readonly string _folder;

    private ServedPipeline(LocalPipeline running, string folder) => (Running, _folder) = (running, folder);

    public LocalPipeline Running { get; }

    /// <summary>The peak memory of the function app, in megabytes.</summary>
    public double PeakMegabytes => Status("VmHWM");

    /// <summary>Memory that the function app holds now, in megabytes.</summary>
    public double Megabytes => Status("VmRSS");

    /// <summary>Processor seconds that the function app, its host and the emulator have used so far.</summary>
    public (double App, double Host, double Storage) ProcessorSeconds =>
        (Seconds(Worker()), Seconds(Running.App.Process.Id), Seconds(Running.Storage.Process.Id));

    /// <exception cref="Cli.CommandFailure">Something is not built: run <c>./pipeline demo</c> once before.</exception>
    public static async Task<ServedPipeline> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-benchmark").FullName;
        int[] ports = FreePort.Find(4);
        LocalPipeline running = await LocalPipeline.StartAsync(
            SourceTree.Find(), Path.Combine(folder, "data"), ports[..3], new FunctionAppOptions(ports[3]), Path.Combine(
                folder, "logs"), CancellationToken.None);
        return new ServedPipeline(running, folder);
    }

    /// <summary>How many lines of the function app's log hold both texts.</summary>
    public int CountLog(string first, string second)
    {
        using var reader = new StreamReader(new FileStream(
            Path.Combine(_folder, "logs", "functions.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        int count = 0;
        while (reader.ReadLine() is { } line)
        {
            if (line.Contains(first, StringComparison.Ordinal) && line.Contains(second, StringComparison.Ordinal))
            {
                count++;
            }
        }

        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static double Seconds(int id)
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime.TotalSeconds;
    }

    // Read from Linux: .NET has PeakWorkingSet64 for another process, but no equivalent of VmRSS.
    private double Status(string field) =>
        File.ReadLines($"/proc/{Worker()}/status")
            .Where(line => line.StartsWith(field, StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(
                (char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1000)
            .Single();

    // The app is the host's only child. The parent is the fourth field; the second, in brackets, may hold spaces.
    private int Worker() => (
        from folder in Directory.EnumerateDirectories("/proc")
        let id = int.TryParse(Path.GetFileName(folder), out int number) ? number : 0
        where id > 0 && File.Exists($"/proc/{id}/stat")
        let status = File.ReadAllText($"/proc/{id}/stat")
        where status[(status.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{Running.App.Process.Id}"
        select id).First();
}
