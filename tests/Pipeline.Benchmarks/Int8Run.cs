using System.Diagnostics;
using Pipeline.Imaging;
using Pipeline.ModelBuilding.Int8;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

internal static class Int8Run
{
    public static async Task RunAsync(string key, string folder, string path)
    {
        InstalledModel model = InstalledModel.FindFloat32(ModelCatalogue.Default().Models.Single(m => m.Key == key), Environment.GetEnvironmentVariable("PIPELINE_MODELS")!)!;
        using var decoder = new ImageDecoder(new ImageLimits());
        var images = new List<RgbImage>();
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            images.Add((await decoder.DecodeAsync(await File.ReadAllBytesAsync(file), model.Definition.InputForm, default)).Pixels);
        }

        PrecisionFigures figures = await Int8Model.WriteAsync(model, path, images, new Progress<double>(), default);
        Console.WriteLine($"{key} {PrecisionLimits.Describe(figures)}");
        foreach (int round in Enumerable.Range(0, 3))
        {
            foreach (InstalledModel m in new[] { model, model with { Path = path, Precision = Precision.Int8 } })
            {
                using var session = new ModelSession(m);
                await session.EmbedAsync(images[0], default);
                var times = new List<double>();
                for (int i = 0; i < 30; i++)
                {
                    long start = Stopwatch.GetTimestamp();
                    await session.EmbedAsync(images[i % images.Count], default);
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
                times.Sort();
                Console.WriteLine($"  {m.Precision} min {times[0]:0.0} median {times[15]:0.0} ms, {new FileInfo(m.Path).Length / 1e6:0.0} MB");
            }
        }
    }
}
