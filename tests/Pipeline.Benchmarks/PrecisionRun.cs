using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Pipeline.Cli;
using Pipeline.Diagnostics;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.ModelBuilding.Int8;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

/// <summary>What each precision of each model costs and saves, and what it does to the cosines of 500 pairs of images.</summary>
internal static class PrecisionRun
{
    private const int Pairs = 500;

    // 33 images make 528 pairs.
    private const int ImageCount = 33;

    public static async Task RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-precision").FullName;
        try
        {
            Console.WriteLine("model | precision | file MB | cold load s | warm load s | resident MB | peak MB | latency ms | per " +
                "second (batch) | cosine error max | mean");
            foreach (ModelDefinition model in ModelCatalogue.Default().Models)
            {
                float[]? reference = null;
                foreach ((string title, string path) in await BuildAsync(model, folder))
                {
                    string embeddings = Path.Combine(folder, "embeddings.bin");
                    string figures = await MeasureAsync(model.Key, path, embeddings);
                    float[] values = MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(embeddings)).ToArray();
                    (double max, double mean) = CosineErrors(reference ??= values, values, model.EmbeddingLength);
                    Console.WriteLine(
                        string.Create(CultureInfo.InvariantCulture, $"{model.Key}|{title}|{figures}|{max:0.0e+0}|{mean:0.0e+0}"));
                    File.Delete(path);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The samples and variants of them, at the model's input size: the same images in every process.</summary>
    public static IEnumerable<RgbImage> Images(ModelDefinition model)
    {
        using var decoder = new ImageDecoder(new ImageLimits());
        string[] samples = [.. Cli.Demo.Samples.Find(SourceTree.Find().Samples).Select(sample => sample.Path)];
        for (int i = 0; i < ImageCount; i++)
        {
            decoder.TryDecode(File.ReadAllBytes(samples[i % samples.Length]), out DecodedImage? decoded, out _);
            RgbImage image = i < samples.Length
                ? decoded!.Pixels
                : Augmentation.Apply(
                    decoded!.Pixels, Augmentation.Draw(new AugmentationRanges(), decoded.Width, decoded.Height, seed: 1, i));
            yield return ImageResizer.Resize(image, model.InputSize, model.InputSize, model.Resampling);
        }
    }

    private static async Task<IReadOnlyList<(string Title, string Path)>> BuildAsync(ModelDefinition model, string folder)
    {
        var built = new List<(string, string)>();
        InstalledModel? trained = model.Weights is null ? Checkout.Float32(model) : null;
        foreach (Precision precision in (Precision[])(trained is null ? [Precision.Float32, Precision.Int8Dense] : []))
        {
            string path = Path.Combine(folder, $"{model.Key}-{precision}.onnx");
            using FileStream file = File.Create(path);
            ModelBuilder.Write(model, new SeededWeights(1), precision, withTop: true, divisor: 1, file, CancellationToken.None);
            built.Add((precision.ToString(), path));
        }

        if (trained is not null)
        {
            // A copy, because every file is deleted after its measurement.
            string copy = Path.Combine(folder, $"{model.Key}.onnx");
            File.Copy(trained.Path, copy);
            built.Add((nameof(Precision.Float32), copy));
        }

        string quantised = Path.Combine(folder, $"{model.Key}-int8.onnx");
        InstalledModel source = trained
            ?? new InstalledModel(model, default, WeightsOrigin.Untrained, Precision.Float32, WithTop: true, built[0].Item2);
        await Int8Model.WriteAsync(source, quantised, [.. Images(model)], new Progress<double>(), CancellationToken.None);
        built.Add(("whole network int8", quantised));
        return built;
    }

    private static async Task<string> MeasureAsync(string key, string path, string embeddings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["precision", key, path, embeddings]) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Insert(0, typeof(PrecisionRun).Assembly.Location);
        }

        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException(
            $"The measurement ended with {process.ExitCode}: {output}");
    }

    private static (double Max, double Mean) CosineErrors(float[] reference, float[] values, int length)
    {
        double[] errors =
        [
            .. (from first in Enumerable.Range(0, ImageCount)
                from second in Enumerable.Range(0, first)
                select Math.Abs(Cosine(reference, first, second, length) - Cosine(values, first, second, length))).Take(Pairs),
        ];
        return (errors.Max(), errors.Average());
    }

    private static double Cosine(float[] values, int first, int second, int length) =>
        TensorPrimitives.CosineSimilarity<float>(values.AsSpan(first * length, length), values.AsSpan(second * length, length));
}
