using System.Diagnostics;
using System.Globalization;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

/// <summary>Measures the local host: its start, a call through it, and the time from one upload to its records.</summary>
internal static class HostRun
{
    private const int Calls = 1000;
    private const int Uploads = 15;

    public static async Task RunAsync()
    {
        long begin = Stopwatch.GetTimestamp();
        await using ServedPipeline served = await ServedPipeline.StartAsync();
        double start = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        using var http = new HttpClient { BaseAddress = served.Running.App.Address };

        // A wrong parameter is refused before any work, so that only the call itself is measured.
        double[] worker = await TimesAsync(http, "api/similar/nobody.jpg?top=0");
        double[] front = await TimesAsync(http, "api/nothing");
        double[] indexed = await UploadsAsync(served);
        double inference = Inference("vgg16") + Inference("resnet50");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            start            {start:0.0} s, storage and host, until the app is healthy
            a call           median {Median(worker):0.00} ms, 95th percentile {worker[Calls * 95 / 100]:0.00} ms, through host and worker
            a 404            median {Median(front):0.00} ms, 95th percentile {front[Calls * 95 / 100]:0.00} ms, by the host alone
            one upload       median {Median(indexed):0} ms, longest {indexed[^1]:0} ms, from its end to the records of both models
            inference        {inference:0} ms of it, one run of each model as the app runs them
            """));
    }

    private static async Task<double[]> TimesAsync(HttpClient http, string path)
    {
        var times = new double[Calls];
        for (int i = -100; i < Calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using HttpResponseMessage response = await http.GetAsync(path);
            await response.Content.ReadAsByteArrayAsync();
            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        Array.Sort(times);
        return times;
    }

    private static async Task<double[]> UploadsAsync(ServedPipeline served)
    {
        byte[] encoded = Checkout.Sample("fish-1.jpg");
        var times = new double[Uploads];
        for (int i = -2; i < Uploads; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"one-{i + 2:00}.jpg");
            await served.Running.Images.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(encoded));
            long start = Stopwatch.GetTimestamp();
            while (served.CountLog(name, "Indexed by") < 2)
            {
                await Task.Delay(5);
            }

            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            // Lets the machine become idle, and spreads the uploads over the interval of the watch.
            await Task.Delay(700 + (i * 53));
        }

        Array.Sort(times);
        return times;
    }

    private static double Inference(string key)
    {
        using var model = new ModelSession(Checkout.Model(key));
        byte[] pixels = new byte[224 * 224 * 3];
        new Random(1).NextBytes(pixels);
        var image = new RgbImage(224, 224, pixels);
        var times = new double[9];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            model.EmbedAsync(image, CancellationToken.None).GetAwaiter().GetResult();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return Median(times);
    }

    private static double Median(double[] sorted) => sorted[sorted.Length / 2];
}
