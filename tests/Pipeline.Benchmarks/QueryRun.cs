using System.Diagnostics;
using System.Globalization;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>Queries over HTTP against the real app with a number of stored images: by a stored name, and with an uploaded image.</summary>
internal static class QueryRun
{
    private const int Queries = 200;
    private const int Uploads = 30;
    private const int Writers = 16;

    public static async Task RunAsync(int stored)
    {
        await using ServedPipeline served = await ServedPipeline.StartAsync();
        await FillAsync(served.Running.Storage.ConnectionString, stored);
        using var http = new HttpClient { BaseAddress = served.Running.App.Address };
        var random = new Random(2);
        string Name() => string.Create(CultureInfo.InvariantCulture, $"api/similar/stored-{random.Next(stored):000000}.jpg?top=10");

        TimeSpan first = await TimeAsync(() => http.GetAsync(Name()));
        TimeSpan[] byName = await TimesAsync(Queries, () => http.GetAsync(Name()));
        byte[] image = Checkout.Sample("fish-1.jpg");
        await TimeAsync(() => http.PostAsync("api/similar?top=10", Body(image)));
        TimeSpan[] byImage = await TimesAsync(Uploads, () => http.PostAsync("api/similar?top=10", Body(image)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {stored} stored images, two models, top 10
            first query, which reads the tables   {first.TotalMilliseconds:0} ms
            by stored name   {Text(byName)}
            by an image     {Text(byImage)}
            function app     {served.Megabytes:0} MB resident, {served.PeakMegabytes:0} MB at most
            """));
    }

    private static async Task FillAsync(string connection, int stored)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["ImagesStorage"] = connection })
            .Build();
        await using ServiceProvider services = new ServiceCollection().AddLogging().AddPipeline(configuration).BuildServiceProvider();
        var table = services.GetRequiredService<EmbeddingTable>();
        long start = Stopwatch.GetTimestamp();
        foreach (string key in (string[])["vgg16", "resnet50"])
        {
            InstalledModel model = Checkout.Model(key);
            var random = new Random(1);
            EmbeddingRecord[] records =
            [
                .. Enumerable.Range(0, stored).Select(i => SyntheticRecords.Record(i, model.Definition.EmbeddingLength, random)),
            ];
            await Parallel.ForEachAsync(records, new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (record, stop) =>
                await table.TryWriteAsync(model, record, null, stop));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{2 * stored} records written in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"));
    }

    private static ByteArrayContent Body(byte[] image) => new(image) { Headers = { ContentType = new("image/jpeg") } };

    private static async Task<TimeSpan[]> TimesAsync(int count, Func<Task<HttpResponseMessage>> call)
    {
        var times = new TimeSpan[count];
        for (int i = 0; i < count; i++)
        {
            times[i] = await TimeAsync(call);
        }

        Array.Sort(times);
        return times;
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task<HttpResponseMessage>> call)
    {
        long start = Stopwatch.GetTimestamp();
        using HttpResponseMessage answer = await call();
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
        return Stopwatch.GetElapsedTime(start);
    }

    private static string Text(TimeSpan[] sorted) => string.Create(
        CultureInfo.InvariantCulture,
        $"median {sorted[sorted.Length / 2].TotalMilliseconds:0.0} ms, " +
        $"95th percentile {sorted[sorted.Length * 95 / 100].TotalMilliseconds:0.0} ms ({sorted.Length} queries)");
}
