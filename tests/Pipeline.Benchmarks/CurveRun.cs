using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Cli;
using Pipeline.Cli.Hosting;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Saved;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>
/// Search by VGG16 and ResNet50 over more and more stored images: the start of an instance, queries, queries while images are written, and
/// memory. Fewer than 2,000 images are rows of the table, more are a saved index. The images are made once for each size and kept in a folder
/// (24.6 kB each); a process of its own measures.
/// </summary>
internal static class CurveRun
{
    private const int Writers = 16;

    public static readonly string[] ModelKeys = ["vgg16", "resnet50"];

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="sizes">How many images.</param>
    /// <param name="folder">Where they are kept, the points in <c>curve.json</c>, and the chart in <c>curve.svg</c>.</param>
    public static async Task RunAsync(IReadOnlyList<int> sizes, string folder)
    {
        var points = new List<CurvePoint>();
        foreach (int size in sizes)
        {
            string data = Path.Combine(folder, size.ToString(CultureInfo.InvariantCulture));
            if (!File.Exists(Path.Combine(data, "complete")))
            {
                if (Directory.Exists(data))
                {
                    Directory.Delete(data, recursive: true);
                }

                await WriteAsync(size, data);
                await File.WriteAllTextAsync(Path.Combine(data, "complete"), "");
            }

            points.Add(await MeasureAsync(size, data));
            Console.WriteLine(JsonSerializer.Serialize(points[^1]));
            await File.WriteAllTextAsync(Path.Combine(folder, "curve.json"), JsonSerializer.Serialize(points, Indented));
            await File.WriteAllTextAsync(Path.Combine(folder, "curve.svg"), CurveChart.ToSvg(points));
        }
    }

    /// <summary>The emulator with the data of one size.</summary>
    public static Task<AzuriteProcess> StartStorageAsync(string data) => AzuriteProcess.StartAsync(
        SourceTree.Find(), Path.Combine(data, "storage"), FreePort.Find(3), Path.Combine(data, "azurite.log"), CancellationToken.None);

    /// <summary>The library with that storage.</summary>
    public static ServiceProvider Services(AzuriteProcess storage) => new ServiceCollection().AddLogging()
        .AddPipeline(new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ImagesStorage"] = storage.ConnectionString,
                ["Models:Folder"] = SourceTree.Find().Models,
                ["Models:Enabled"] = string.Join(',', ModelKeys),
            })
            .Build())
        .BuildServiceProvider();

    /// <summary>An instance that has read nothing yet. A saved index of the benchmark has no rows in the table, which the comparison would heal.</summary>
    public static SimilaritySearch NewSearch(IServiceProvider services) => new(model => new SimilarityIndex(
        model,
        services.GetRequiredService<EmbeddingTable>(),
        services.GetRequiredService<ChangeLog>(),
        new SearchOptions(),
        TimeProvider.System,
        NullLogger<SimilarityIndex>.Instance)
    {
        Saved = services.GetRequiredService<SavedIndexReader>(),
        ComparisonInterval = TimeSpan.FromDays(1000),
    });

    /// <summary>Runs this program again, in a process of its own.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunSelfAsync(params string[] arguments)
    {
        // By dotnet or by itself, as this process was started.
        string program = Environment.ProcessPath!;
        string[] assembly = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(CurveRun).Assembly.Location] : [];
        var start = new ProcessStartInfo(program, [.. assembly, .. arguments]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"The measurement '{string.Join(' ', arguments)}' ended with {process.ExitCode}.");
    }

    /// <summary>A stored image.</summary>
    /// <param name="number">Which one.</param>
    /// <param name="embeddings">Has its embedding.</param>
    public static EmbeddingRecord Record(int number, ClusteredEmbeddings embeddings)
    {
        var id = new ImageId(ImagesContainer.DefaultName, CodedImages.NameOf(number));
        var embedding = new Embedding(embeddings.Draw(new Random(number)), 1);
        return new EmbeddingRecord(id, "\"0x8DE2F0A1B2C3D4E\"", id.Key, 224, 224, DateTimeOffset.UnixEpoch, embedding);
    }

    public static void Note(FormattableString text) => Console.Error.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static async Task WriteAsync(int images, string data)
    {
        Directory.CreateDirectory(data);
        await using AzuriteProcess storage = await StartStorageAsync(data);
        await using ServiceProvider services = Services(storage);
        foreach (InstalledModel model in ModelKeys.Select(Checkout.Model))
        {
            long start = Stopwatch.GetTimestamp();
            await WriteAsync(services, model, images, data);

            // The temporary file of the vectors goes with what reads it, and the next model needs the room.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Note($"{images} embeddings of {model.Key} stored in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        }
    }

    private static async Task WriteAsync(IServiceProvider services, InstalledModel model, int images, string folder)
    {
        int length = model.Definition.EmbeddingLength;
        var embeddings = new ClusteredEmbeddings(length, new Random(length));
        if (images < IndexChanges.DefaultCodedFrom)
        {
            EmbeddingTable table = services.GetRequiredService<EmbeddingTable>();
            await Parallel.ForAsync(0, images, new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (i, stop) =>
                await table.TryWriteAsync(model, Record(i, embeddings), null, stop));
            return;
        }

        var changes = new IndexChanges(IndexSnapshot.Empty(new VectorStore(0, folder)), length);
        Parallel.For(0, images, i =>
        {
            EmbeddingRecord record = Record(i, embeddings);
            changes.Put(record.Id.Key, record, null);
        });
        IndexSnapshot index = changes.ToSnapshot(Stopwatch.GetTimestamp());
        Note($"  codes of {images} made");
        var blobs = services.GetRequiredService<IndexBlobs>();
        await using RenewedLease lease =
            (await blobs.TryLeaseAsync(ModelVersion.Of(model), SavedManifest.FileName, TimeProvider.System, default))!;
        await services.GetRequiredService<SavedIndexWriter>().SaveAsync(model, index, null, lease.Id, lease.Lost);
    }

    private static async Task<CurvePoint> MeasureAsync(int size, string data) =>
        JsonSerializer.Deserialize<CurvePoint>(await RunSelfAsync("curve-point", $"{size}", data))!;
}
