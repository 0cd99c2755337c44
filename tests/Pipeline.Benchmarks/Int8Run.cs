using System.Diagnostics;
using System.Globalization;
using Pipeline.Cli;
using Pipeline.Imaging;
using Pipeline.ModelBuilding.Int8;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

/// <summary>
/// Int8 against float32, both as search runs them, and against PyTorch on the same processors: what it costs in accuracy on images of a
/// folder and what it saves in time. The three take turns, so that the load of the machine falls on all, and times are processor times of
/// the process: with one thread each, what a run takes on a core that nothing else uses.
/// </summary>
internal static class Int8Run
{
    private const int Rounds = 3;
    private const int Runs = 15;
    private const int BatchSize = 8;

    /// <param name="folder">Photographs; null for the samples, which are drawings.</param>
    public static async Task RunAsync(string? folder)
    {
        Console.WriteLine(
            $"load average {File.ReadAllText("/proc/loadavg").Trim()}; processor time, medians of {Runs}, the least of {Rounds} rounds");
        Console.WriteLine(
            "model | MB float32, int8 | load s | ms PyTorch (peak MB), float32, int8 | a batch of eight, ms an image float32, int8 | " +
            "int8 against float32");
        string path = Path.Combine(Directory.CreateTempSubdirectory("pipeline-int8-").FullName, "int8.onnx");
        try
        {
            foreach (ModelDefinition definition in ModelCatalogue.Default().Models)
            {
                InstalledModel model = Checkout.Float32(definition);
                await MeasureAsync(model, path, await ReadAsync(model.Definition, folder ?? SourceTree.Find().Samples));
            }
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static async Task MeasureAsync(InstalledModel model, string path, IReadOnlyList<RgbImage> images)
    {
        PrecisionFigures figures = await Int8Model.WriteAsync(model, path, images, new Progress<double>(), CancellationToken.None);
        (ModelSession exact, double exactLoad) = Open(model);
        (ModelSession rounded, double roundedLoad) = Open(model with { Path = path, Precision = Precision.Int8 });
        using (exact)
        using (rounded)
        {
            string[] output = [model.Definition.EmbeddingOutput];
            RgbImage[] one = [images[0]];
            RgbImage[] batch = [.. Enumerable.Repeat(images[0], BatchSize)];
            double torchMegabytes = 0;
            double[] least = [.. Enumerable.Repeat(double.MaxValue, 5)];
            for (int round = 0; round < Rounds; round++)
            {
                (double torch, torchMegabytes) = await TorchAsync(model.Key);
                double[] times =
                [
                    torch,
                    await MedianAsync(() => exact.RunAsync(one, output, CancellationToken.None), Runs),
                    await MedianAsync(() => rounded.RunAsync(one, output, CancellationToken.None), Runs),
                    await MedianAsync(() => exact.RunAsync(batch, output, CancellationToken.None), 3) / BatchSize,
                    await MedianAsync(() => rounded.RunAsync(batch, output, CancellationToken.None), 3) / BatchSize,
                ];
                least = [.. least.Zip(times, Math.Min)];
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Key} | {new FileInfo(model.Path).Length / 1e6:0}, {new FileInfo(path).Length / 1e6:0} | {exactLoad:0.00}, " +
                $"{roundedLoad:0.00} | " +
                $"{least[0]:0.0} ({torchMegabytes:0}), {least[1]:0.0}, {least[2]:0.0} | {least[3]:0.0}, {least[4]:0.0} | ") +
                $"{model.Weights.ToJsonName()}: {PrecisionLimits.Describe(figures)}");
        }
    }

    private static async Task<IReadOnlyList<RgbImage>> ReadAsync(ModelDefinition model, string folder)
    {
        using var decoder = new ImageDecoder(new ImageLimits());
        var images = new List<RgbImage>();
        foreach (Cli.Demo.Sample file in Cli.Demo.Samples.Find(folder))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file.Path);
            images.Add((await decoder.DecodeAsync(bytes, model.InputForm, CancellationToken.None)).Pixels);
        }

        return images;
    }

    private static (ModelSession Session, double Seconds) Open(InstalledModel model)
    {
        long start = Stopwatch.GetTimestamp();
        var session = new ModelSession(model);
        return (session, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static async Task<double> MedianAsync(Func<Task> run, int runs)
    {
        double[] times = new double[runs];
        await run();
        for (int i = 0; i < runs; i++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            await run();
            times[i] = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds;
        }

        return times.Order().ElementAt(runs / 2);
    }

    // With as many threads as a run of a session.
    private static async Task<(double Milliseconds, double Megabytes)> TorchAsync(string network)
    {
        string script = Path.Combine(SourceTree.Find().Root, "tests", "reference", "torch_timing.py");
        var start = new ProcessStartInfo(
            "/usr/bin/python3", [script, network, $"{(Environment.ProcessorCount + 1) / 2}", $"{Runs}"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"torch_timing.py ended with {process.ExitCode}. It needs Debian's python3-torch, python3-torchvision and " +
                "libopenblas0-pthread.");
        }

        double[] figures = [.. output.Split(' ').Select(figure => double.Parse(figure, CultureInfo.InvariantCulture))];
        return (figures[0], figures[1]);
    }
}
