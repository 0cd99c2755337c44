using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Hosting;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Saved;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>One point of the curve; times in milliseconds where nothing else is said.</summary>
/// <param name="Images">Stored images, of each model.</param>
/// <param name="StartSeconds">Until the indexes of both models are ready.</param>
/// <param name="FirstQuery">The first query after that.</param>
/// <param name="EarlyQuery">Median of the next 20, whose vectors are partly in storage.</param>
/// <param name="FetchedSeconds">Until all vectors were here that the disk has room for.</param>
/// <param name="Median">Median of queries by a stored name, top 10 of both and fused.</param>
/// <param name="Slow">99th percentile of these.</param>
/// <param name="BusyMedian">Median while 20 images a second are written.</param>
/// <param name="BusySlow">99th percentile of these.</param>
/// <param name="Refresh">Median of a refresh after one changed image, the calls to storage included.</param>
/// <param name="IndexMegabytes">Memory with the indexes alone.</param>
/// <param name="Megabytes">Memory with both networks loaded.</param>
/// <param name="PeakMegabytes">The most there was.</param>
internal sealed record CurvePoint(
    int Images,
    double StartSeconds,
    double FirstQuery,
    double EarlyQuery,
    double FetchedSeconds,
    double Median,
    double Slow,
    double BusyMedian,
    double BusySlow,
    double Refresh,
    double IndexMegabytes,
    double Megabytes,
    double PeakMegabytes);

/// <summary>Measures one point, in a process that has done nothing else.</summary>
internal sealed class CurveMeasurement
{
    private const int Queries = 300;
    private const int EarlyQueries = 20;
    private const int Refreshes = 20;
    private const int WrittenPerSecond = 20;

    private static readonly TimeSpan LongestFetch = TimeSpan.FromMinutes(6);

    private readonly ServiceProvider _services;
    private readonly InstalledModel[] _models = [.. CurveRun.ModelKeys.Select(Checkout.Model)];
    private readonly ClusteredEmbeddings[] _embeddings;
    private readonly SimilaritySearch _search;
    private readonly int _images;
    private readonly Random _random = new(2);
    private int _written;

    private CurveMeasurement(ServiceProvider services, int images)
    {
        (_services, _images) = (services, images);
        _embeddings =
        [
            .. _models.Select(model => model.Definition.EmbeddingLength)
                .Select(length => new ClusteredEmbeddings(length, new Random(length))),
        ];
        _search = CurveRun.NewSearch(services);
    }

    public static async Task<CurvePoint> RunAsync(int images, string data)
    {
        await using AzuriteProcess storage = await CurveRun.StartStorageAsync(data);
        await using ServiceProvider services = CurveRun.Services(storage);
        return await new CurveMeasurement(services, images).MeasureAsync();
    }

    private async Task<CurvePoint> MeasureAsync()
    {
        double start = await TimeAsync(() => Task.WhenAll(
            _models.Select(model => _search.IndexOf(model).GetSnapshotAsync(CancellationToken.None).AsTask())));
        if (_models.Any(model => _search.IndexOf(model).Count < _images))
        {
            throw new InvalidOperationException(
                $"The kept data does not have {_images} images that this version reads. Delete its folder and run this again.");
        }

        CurveRun.Note($"  the indexes are ready after {start / 1000:0.00} s, {Megabytes("VmRSS"):0} MB");
        double first = await TimeAsync(QueryAsync);
        double[] early = await TimesAsync(EarlyQueries, QueryAsync);
        CurveRun.Note($"  first query {first:0} ms, then {Median(early):0} ms");
        double fetched = await TimeAsync(UntilFetchedAsync);
        CurveRun.Note($"  vectors fetched in {fetched / 1000:0.0} s");
        double[] idle = await TimesAsync(Queries, QueryAsync);
        double[] refreshes = await RefreshesAsync();
        double indexMegabytes = Megabytes("VmRSS");
        using var stop = new CancellationTokenSource();
        Task writing = WriteAsync(stop.Token);
        double[] busy = await TimesAsync(Queries, QueryAsync);
        await stop.CancelAsync();
        await writing;
        await _services.GetRequiredService<QueryEmbedder>().EmbedAsync(Checkout.Sample("fish-1.jpg"), _models, CancellationToken.None);
        return new CurvePoint(
            _images,
            start / 1000,
            first,
            Median(early),
            fetched / 1000,
            Median(idle),
            Slow(idle),
            Median(busy),
            Slow(busy),
            Median(refreshes),
            indexMegabytes,
            Megabytes("VmRSS"),
            Megabytes("VmHWM"));
    }

    private async Task QueryAsync()
    {
        var id = new ImageId(ImagesContainer.DefaultName, CodedImages.NameOf(_random.Next(_images)));
        EmbeddingRecord?[] records = await Task.WhenAll(_models.Select(model => _search.FindAsync(model, id, CancellationToken.None)));
        ModelEmbedding[] queries = [.. _models.Zip(records, (model, record) => new ModelEmbedding(model, record!.Embedding))];
        await _search.FindSimilarAsync(queries, _models, 10, -1, new SearchFilter(id.Key), CancellationToken.None);
    }

    // The temporary file no longer grows: the vectors are here, or stay where they are.
    private static async Task UntilFetchedAsync()
    {
        long start = Stopwatch.GetTimestamp();
        long before = -1;
        while (BytesWritten() is var written && written - before > 1_000_000 && Stopwatch.GetElapsedTime(start) < LongestFetch)
        {
            before = written;
            await Task.Delay(1000);
        }
    }

    private async Task<double[]> RefreshesAsync()
    {
        double[] times = new double[Refreshes];
        for (int i = 0; i < times.Length; i++)
        {
            await WriteAsync(_models[0], CurveRun.Record(_images + _written++, _embeddings[0]));
            await Task.Delay(SimilarityIndex.MaxAge);
            times[i] = await TimeAsync(() => _search.IndexOf(_models[0]).GetSnapshotAsync(CancellationToken.None).AsTask());
        }

        Array.Sort(times);
        return times;
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / WrittenPerSecond));
        int before = _written;
        long start = Stopwatch.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            for (int i = 0; i < _models.Length; i++)
            {
                await WriteAsync(_models[i], CurveRun.Record(_images + _written, _embeddings[i]));
            }

            _written++;
        }

        CurveRun.Note($"  {(_written - before) / Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} images written a second");
    }

    private async Task WriteAsync(InstalledModel model, EmbeddingRecord record)
    {
        await _services.GetRequiredService<EmbeddingTable>().TryWriteAsync(model, record, null, CancellationToken.None);
        await _services.GetRequiredService<ChangeLog>().AppendAsync(model, record.Id.Key, record.ImageETag, CancellationToken.None);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<double[]> TimesAsync(int count, Func<Task> work)
    {
        double[] times = new double[count];
        for (int i = 0; i < count; i++)
        {
            times[i] = await TimeAsync(work);
        }

        Array.Sort(times);
        return times;
    }

    private static double Median(double[] sorted) => sorted[sorted.Length / 2];

    private static double Slow(double[] sorted) => sorted[sorted.Length * 99 / 100];

    private static long BytesWritten() => Number("/proc/self/io", "wchar:");

    private static double Megabytes(string field) => Number("/proc/self/status", field) / 1000.0;

    private static long Number(string file, string field) => File.ReadLines(file)
        .Where(line => line.StartsWith(field, StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .Single();
}
