using System.Diagnostics;
using System.Globalization;
using Pipeline.Cli;
using Pipeline.Models;

namespace Pipeline.Benchmarks;

/// <summary>
/// Measures the whole ingest, from the first upload until every image is embedded by all installed models, by the real app on the real emulator;
/// beside the time of the models alone for the same images, one run after another on an idle machine.
/// </summary>
internal static class IngestRun
{
    private const int WarmUp = 8;

    private static readonly string[] Models =
    [
        .. EnabledModels.Find(new ModelOptions { Folder = SourceTree.Find().Models }, ModelCatalogue.Default()).Select(model => model.Key),
    ];

    public static async Task RunAsync(int images)
    {
        (double before, string parts) = BareSeconds(images);
        await using ServedPipeline served = await ServedPipeline.StartAsync();
        await UploadAndWaitAsync(served, "warm", WarmUp);
        (double appBefore, double hostBefore, double storageBefore) = served.ProcessorSeconds;
        double seconds = await UploadAndWaitAsync(served, "ingest", images);
        (double appAfter, double hostAfter, double storageAfter) = served.ProcessorSeconds;
        double memory = served.Megabytes;
        double peak = served.PeakMegabytes;
        (double after, _) = BareSeconds(images);

        double bare = (before + after) / 2;
        (double app, double host, double storage) = (appAfter - appBefore, hostAfter - hostBefore, storageAfter - storageBefore);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            bare inference   {bare:0.00} s for {images} images by all models ({before:0.00} before, {after:0.00} after; {parts})
            whole ingest     {seconds:0.00} s, {images / seconds:0.0} images/s
            ratio            {seconds / bare:0.00}
            processor time   function app {app:0.00} s, its host {host:0.00} s, emulator {storage:0.00} s
            function app     {memory:0} MB resident, {peak:0} MB at most
            """));
    }

    private static (double Seconds, string Parts) BareSeconds(int images)
    {
        double total = 0;
        var parts = new List<string>();
        foreach (string key in Models)
        {
            using var model = new BareNetwork(Checkout.Model(key));
            model.Run();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < images; i++)
            {
                model.Run();
            }

            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            total += seconds;
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{key} {1000 * seconds / images:0.0} ms"));
        }

        return (total, string.Join(", ", parts));
    }

    private static async Task<double> UploadAndWaitAsync(ServedPipeline served, string prefix, int count)
    {
        byte[] encoded = Checkout.Sample("fish-1.jpg");
        long start = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, stop) =>
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{i:0000}.jpg");
            await served.Running.Images.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(encoded), stop);
        });

        // Read from the app's log: requests to the app or to storage would take processor time from the measurement.
        while (served.CountLog($"{prefix}-", "Indexed by") < count * Models.Length)
        {
            await Task.Delay(50);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
