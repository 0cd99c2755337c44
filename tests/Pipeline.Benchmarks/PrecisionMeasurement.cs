using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Diagnostics;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

/// <summary>
/// Measures one file of a model in its own process, so that the memory is that of the model alone: loading, memory, latency, throughput and
/// embeddings. The settings of the session are those of <see cref="ModelSession"/>.
/// </summary>
internal static partial class PrecisionMeasurement
{
    private const int Runs = 20;
    private const int DontNeed = 4;
    private static readonly int[] Batches = [1, 2, 4, 8, 16];

    /// <summary>Prints one line of figures and writes the images' embeddings, float32, one after the other.</summary>
    public static void Run(string key, string path, string embeddings)
    {
        ModelDefinition model = ModelCatalogue.Default().Models.Single(entry => entry.Key == key);
        List<float[]> inputs = [.. PrecisionRun.Images(model).Select(image => Input(image, model))];
        double before = Status("VmRSS");

        DropFromPageCache(path);
        double cold = Milliseconds(() => Open(path).Dispose());
        double warm = Enumerable.Range(0, 3).Min(_ => Milliseconds(() => Open(path).Dispose()));
        using InferenceSession session = Open(path);
        using (var file = new BinaryWriter(File.Create(embeddings)))
        {
            foreach (float[] input in inputs)
            {
                file.Write(MemoryMarshal.AsBytes<float>(Embed(session, model, input, 1)));
            }
        }

        double resident = Status("VmRSS") - before;
        double latency = Median([.. Enumerable.Range(0, Runs).Select(i => Milliseconds(() => Embed(session, model, inputs[i], 1)))]);
        double peak = Status("VmHWM") - before;
        (int batch, double throughput) = Batches
            .Select(size => (size, PerSecond: size * 1000 / Median(
                [.. Enumerable.Range(0, 5).Select(_ => Milliseconds(() => Embed(session, model, Repeat(inputs[0], size), size)))])))
            .MaxBy(result => result.PerSecond);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{new FileInfo(path).Length / 1e6:0}|{cold / 1000:0.00}|{warm / 1000:0.00}|{resident:0}|{peak:0}|{latency:0.0}|" +
            $"{throughput:0.0} ({batch})"));
    }

    private static InferenceSession Open(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = (Environment.ProcessorCount + 1) / 2, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new InferenceSession(path, options);
    }

    private static float[] Embed(InferenceSession session, ModelDefinition model, float[] input, int batch)
    {
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(input, [batch, 3, model.InputSize, model.InputSize]);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, ["input"], [value], [model.EmbeddingOutput]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static float[] Input(RgbImage image, ModelDefinition model)
    {
        float[] input = new float[3 * model.InputSize * model.InputSize];
        Preprocessing.WriteInput(image, model, input);
        return input;
    }

    private static float[] Repeat(float[] input, int times) => [.. Enumerable.Repeat(input, times).SelectMany(values => values)];

    private static double Milliseconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    // In megabytes, as Linux reports it.
    private static double Status(string field) =>
        File.ReadLines("/proc/self/status")
            .Where(line => line.StartsWith(field, StringComparison.Ordinal))
            .Select(line => double.Parse(
                line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1000)
            .Single();

    // The cached pages of a file on the disk can be dropped without privileges for the cache of the whole machine.
    private static void DropFromPageCache(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
        int error = Advise((int)file.SafeFileHandle.DangerousGetHandle(), 0, 0, DontNeed);
        if (error != 0)
        {
            throw new InvalidOperationException($"posix_fadvise failed with {error}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(int file, long offset, long length, int advice);
}
