using System.Diagnostics;
using System.Globalization;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Cli;
using Pipeline.Cli.Hosting;
using Pipeline.Indexing.Backfill;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>
/// A backfill: comparing and queueing any number of images, on an emulator alone; and how fast the real app embeds what is queued.
/// </summary>
internal static class BackfillMeasurement
{
    private const int Embedded = 200;
    private const int Writers = 16;

    public static async Task RunAsync(int images)
    {
        await CompareAsync(images);
        await EmbedAsync();
    }

    private static async Task CompareAsync(int images)
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-backfill").FullName;
        await using (AzuriteProcess azurite = await AzuriteProcess.StartAsync(
            SourceTree.Find(), Path.Combine(folder, "data"), FreePort.Find(3), Path.Combine(folder, "azurite.log"), CancellationToken.None))
        {
            var storage = new Storage(azurite.ConnectionString);
            InstalledModel[] models = [Checkout.Model("vgg16"), Checkout.Model("resnet50")];
            BackfillScope scope = BackfillScope.Whole([.. models.Select(ModelVersion.Of)]);
            await TimeAsync($"{images} images uploaded", () => UploadAsync(storage, images));
            await TimeAsync("listed", async () => await storage.Container.ListAsync(null, default).CountAsync());
            await TimeAsync("counted, tables empty", () => storage.Run().CountAsync(scope, default));
            var order = new BackfillOrder(scope, "a benchmark");
            await TimeAsync("compared and queued, tables empty", () => storage.Run().RunAsync(order, null, default));
            await storage.Run().StopAsync("a benchmark", default);
            await TimeAsync($"{models.Length * images} rows written", () => FillAsync(storage, models));
            await TimeAsync("compared, all rows current", () => storage.Run().CountAsync(scope, default));
            await TimeAsync(
                "the same with a quarter of the images in memory", () => storage.Run((images / 4) + 1).CountAsync(scope, default));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task EmbedAsync()
    {
        await using ServedPipeline served = await ServedPipeline.StartAsync();
        byte[] encoded = Checkout.Sample("fish-1.jpg");
        for (int i = 0; i < Embedded; i++)
        {
            await served.Running.Images.GetBlobClient($"backfill-{i:0000}.jpg").UploadAsync(BinaryData.FromBytes(encoded));
        }

        var options = new ModelOptions { Folder = SourceTree.Find().Models };
        InstalledModel[] models = [.. EnabledModels.Find(options, ModelCatalogue.Default())];

        // Local events report every image once. Without its rows it is as one that no event was ever sent for.
        while (served.CountLog("backfill-", "Indexed by") < Embedded * models.Length)
        {
            await Task.Delay(100);
        }

        var storage = new Storage(served.Running.Storage.ConnectionString);
        await storage.Service.DeleteTableAsync("Embeddings");
        await storage.Service.GetTableClient("Embeddings").CreateIfNotExistsAsync();
        BackfillScope scope = BackfillScope.Whole([.. models.Select(ModelVersion.Of)]);
        (double appBefore, double hostBefore, double storageBefore) = served.ProcessorSeconds;
        long start = Stopwatch.GetTimestamp();
        BackfillReport report = await storage.Run().RunAsync(new BackfillOrder(scope, "a benchmark"), null, default);
        while (served.CountLog("backfill-", "Indexed by") < 2 * Embedded * models.Length)
        {
            await Task.Delay(100);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int queued = report.State.Counts.Queued;
        (double app, double host, double emulator) = served.ProcessorSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {queued} messages      {seconds:0.0} s to the last row, {Embedded / seconds:0.0} images/s by {models.Length} models
            processor time   app {app - appBefore:0.0} s, host {host - hostBefore:0.0} s, emulator {emulator - storageBefore:0.0} s
            function app     {served.Megabytes:0} MB resident, {served.PeakMegabytes:0} MB at most
            """));
    }

    private static Task UploadAsync(Storage storage, int images) => Parallel.ForAsync(
        0,
        images,
        new ParallelOptions { MaxDegreeOfParallelism = Writers },
        async (i, stop) => await storage.Images.UploadBlobAsync(
            $"folder-{i % 20:00}/image-{i:000000}.jpg", BinaryData.FromString("tiny"), stop));

    private static async Task FillAsync(Storage storage, IReadOnlyList<InstalledModel> models)
    {
        var random = new Random(1);

        // Keys and versions are all that is read of a row, and the emulator ends when its tables pass about 500 MB: 15,000 images.
        EmbeddingRecord[] records = [.. models.Select(_ => SyntheticRecords.Record(0, 4, random))];
        await Parallel.ForEachAsync(
            storage.Container.ListAsync(null, default),
            new ParallelOptions { MaxDegreeOfParallelism = Writers },
            async (image, stop) =>
            {
                foreach ((InstalledModel model, EmbeddingRecord record) in models.Zip(records))
                {
                    var id = new ImageId(ImagesContainer.DefaultName, image.Name);
                    await storage.Rows.TryWriteAsync(model, record with { Id = id, ImageETag = image.ImageETag }, null, stop);
                }
            });
    }

    private static async Task TimeAsync(string what, Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s, {Environment.WorkingSet / 1e6:0} MB"));
    }

    private sealed class Storage
    {
        private readonly BackfillQueue _queue;
        private readonly BackfillStateBlob _state;
        private readonly PipelineTables _tables;

        public Storage(string connection)
        {
            var blobs = new BlobServiceClient(connection, new BlobClientOptions { TrimBlobNameSlashes = false });
            Images = blobs.GetBlobContainerClient(ImagesContainer.DefaultName);
            Images.CreateIfNotExists();
            Container = new ImagesContainer(Images);
            Service = new TableServiceClient(connection);
            _tables = new PipelineTables(Service);
            Rows = new EmbeddingTable(_tables);
            _queue = new BackfillQueue(new QueueServiceClient(
                connection, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }));
            _state = new BackfillStateBlob(blobs.GetBlobContainerClient(StorageServices.StateContainer), TimeProvider.System);
        }

        public BlobContainerClient Images { get; }

        public ImagesContainer Container { get; }

        public TableServiceClient Service { get; }

        public EmbeddingTable Rows { get; }

        public BackfillRun Run(int windowSize = 50_000) => new(
            Container,
            new IndexComparison(Container, Rows, new FailureTable(_tables)) { WindowSize = windowSize },
            _queue,
            _state,
            TimeProvider.System,
            NullLogger<BackfillRun>.Instance);
    }
}
