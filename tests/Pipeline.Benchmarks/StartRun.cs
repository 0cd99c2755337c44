using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Hosting;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Codes;
using Pipeline.Search.Saved;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>
/// The start of an instance from saved indexes of VGG16 and ResNet50, without their vectors, which a start does not read: a kilobyte an image
/// instead of the 25.7 that <see cref="CurveRun"/> keeps. Codes are random bits, and what else an image has is as storage gives it.
/// </summary>
internal static class StartRun
{
    private const int Starts = 5;

    /// <param name="images">How many images.</param>
    /// <param name="folder">Where the saved indexes are kept.</param>
    public static async Task RunAsync(int images, string folder)
    {
        if (!File.Exists(Path.Combine(folder, "complete")))
        {
            Directory.CreateDirectory(folder);
            await using AzuriteProcess storage = await CurveRun.StartStorageAsync(folder);
            await using ServiceProvider services = CurveRun.Services(storage);
            foreach (InstalledModel model in CurveRun.ModelKeys.Select(Checkout.Model))
            {
                await WriteAsync(services.GetRequiredService<IndexBlobs>(), model, images);
            }

            await File.WriteAllTextAsync(Path.Combine(folder, "complete"), "");
        }

        for (int i = 0; i < Starts; i++)
        {
            Console.Write(await CurveRun.RunSelfAsync("start-once", folder));
        }
    }

    /// <summary>One start, in a process that has done nothing else.</summary>
    public static async Task RunOnceAsync(string folder)
    {
        await using AzuriteProcess storage = await CurveRun.StartStorageAsync(folder);
        await using ServiceProvider services = CurveRun.Services(storage);
        SimilaritySearch search = CurveRun.NewSearch(services);
        long start = Stopwatch.GetTimestamp();
        IndexSnapshot[] indexes = await Task.WhenAll(CurveRun.ModelKeys.Select(Checkout.Model).Select(
            model => search.IndexOf(model).GetSnapshotAsync(CancellationToken.None).AsTask()));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using Process process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{indexes[0].Count} images, saved: {indexes[0].SavedId is not null}; ready in {seconds:0.00} s, " +
            $"{process.TotalProcessorTime.TotalSeconds:0.0} s of processor time, {process.PeakWorkingSet64 / 1e6:0} MB at most"));
    }

    private static async Task WriteAsync(IndexBlobs blobs, InstalledModel model, int images)
    {
        int dimension = model.Definition.EmbeddingLength;
        var random = new Random(1);
        var space = new CodeSpace(dimension, new float[dimension], seed: 1);
        ulong[] codes = new ulong[(long)images * space.Words];
        random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(codes.AsSpan()));
        IEnumerable<IndexedImage> stored = Enumerable.Range(0, images).Select(i => Image(i, random));
        ulong[] live = new ulong[(images + 63) / 64];
        for (int i = 0; i < images; i++)
        {
            live[i / 64] |= 1ul << (i % 64);
        }

        var scalars = new CodeScalars[images];
        Array.Fill(scalars, new CodeScalars(1, 1.25f));
        var columns = ImageColumns.Of([.. stored.OrderBy(image => image.Id.Key, StringComparer.Ordinal)]);
        var segment = Segment.Restore(columns, new StoredVector[images], codes, scalars, live, new SegmentOrigin(null));
        var file = SegmentFile.Of(segment, dimension, new uint[images]);
        var version = ModelVersion.Of(model);
        await using RenewedLease lease = (await blobs.TryLeaseAsync(version, SavedManifest.FileName, TimeProvider.System, default))!;
        var hashes = new UInt128[IndexBlobs.CountParts(file.Length)];
        await blobs.WriteAsync(
            version,
            "all.segment",
            file.Length,
            1,
            (offset, bytes, _) =>
            {
                file.CopyTo(offset, bytes.Span);
                hashes[offset / IndexBlobs.PartLength] = SavedSegment.HashOf(bytes.Span);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        byte[] liveBytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(live.AsSpan()).ToArray();
        var manifest = new SavedManifest(
            "1",
            $"{version}",
            dimension,
            space.ToBytes(),
            null,
            [],
            0,
            new Dictionary<string, string>(),
            [new SavedSegment("all", images, file.Length, hashes, liveBytes)],
            []);
        await blobs.WriteAsync(version, SavedManifest.FileName, manifest.ToFile(), lease.Id, CancellationToken.None);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model.Key}: {(double)file.Length / images:0.0} bytes an image"));
    }

    // An upload a second; blobs have such ETags in Azure.
    private static IndexedImage Image(int number, Random random) => new(
        new ImageId(ImagesContainer.DefaultName, CodedImages.NameOf(number)),
        $"\"0x8D{random.NextInt64(1L << 52):X13}\"",
        Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(number))),
        random.Next(400, 6000),
        random.Next(400, 6000),
        DateTimeOffset.UnixEpoch.AddSeconds(number + random.NextDouble()),
        random.NextSingle());
}
