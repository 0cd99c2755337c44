using System.Diagnostics;
using System.Globalization;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Search.Tags;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>
/// What a query and a refresh cost in an index of two models: all vectors compared, codes with vectors in memory, and codes with vectors in
/// a file; in one run.
/// </summary>
internal static class SearchRun
{
    private const int Top = 10;

    // What the fused list takes of each model.
    private const int FusionDepth = 100;

    // Of more images the vectors do not fit into memory beside those that the index has.
    private const int MostInMemory = 200_000;

    private const int Queries = 50;

    private const int ReadBefore = 1000;

    public static void Run(int images)
    {
        if (images > MostInMemory)
        {
            RunFromFile(images);
            return;
        }

        CodedImages[] models = [.. ((int[])[4096, 2048]).Select((length, i) => CodedImages.Clustered(images, length, seed: i + 1))];
        foreach ((string name, int codedFrom, long memory) in ((string, int, long)[])
            [
                ("all vectors", int.MaxValue, long.MaxValue / 2),
                ("codes, vectors in memory", 1, long.MaxValue / 2),
                ("codes, vectors in a file", 1, 0),
            ])
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            long start = Stopwatch.GetTimestamp();
            IndexSnapshot[] indexes = [.. models.Select(model => SyntheticRecords.Index(model.Records, codedFrom, memory))];
            TimeSpan made = Stopwatch.GetElapsedTime(start);
            long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{images} images, {name}: made in {made.TotalSeconds:0.0} s; {bytes / 2.0 / images:0} bytes an image and model, " +
                $"without names and what the vectors take"));
            Write($"top {Top} of both", models, query => Search(models, indexes, query, Top, codedFrom));
            Write(
                $"top {Top} of both, {FusionDepth} for the fused list",
                models,
                query => Search(models, indexes, query, FusionDepth, codedFrom));
            SearchPosition[][] read =
            [
                .. models.Select((model, i) => model.Queries.Select(query => SearchPosition.Of(
                    SegmentSearch.Search(indexes[i], query, ReadBefore, SearchFilter.None, codedFrom: codedFrom).Nearest[^1])).ToArray()),
            ];
            Write($"top {Top} of both after {ReadBefore} results", models, query =>
            {
                for (int i = 0; i < indexes.Length; i++)
                {
                    SegmentSearch.Search(
                        indexes[i], models[i].Queries[query], Top, SearchFilter.None, codedFrom: codedFrom, after: read[i][query]);
                }
            });
            Write("one changed image", models, query =>
            {
                for (int i = 0; i < indexes.Length; i++)
                {
                    EmbeddingRecord changed = models[i].Records[query] with { ImageETag = "\"0x2\"" };
                    indexes[i] = SyntheticRecords.Put(indexes[i], changed, codedFrom);
                }
            });
        }
    }

    private static void RunFromFile(int images)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long start = Stopwatch.GetTimestamp();
        ClusteredEmbeddings[] models = [.. ((int[])[4096, 2048]).Select(length => new ClusteredEmbeddings(length, new Random(length)))];
        IndexSnapshot[] indexes = [.. models.Zip((int[])[4096, 2048], (model, length) =>
        {
            var changes = new IndexChanges(IndexSnapshot.Empty(new VectorStore(0, Path.GetTempPath())), length);
            Parallel.For(0, images, i =>
            {
                EmbeddingRecord record = CurveRun.Record(i, model);
                changes.Put(record.Id.Key, record, null);
            });
            return changes.ToSnapshot(0);
        })];
        TimeSpan made = Stopwatch.GetElapsedTime(start);
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{images} images, codes, vectors in a file: made in {made.TotalSeconds:0.0} s; {bytes / 2.0 / images:0} bytes an image and " +
            $"model, names included; {Environment.WorkingSet / 1e6:0} MB for the process"));
        foreach (int depth in (int[])[Top, FusionDepth])
        {
            Timing timing = Timing.Of(Queries, query =>
            {
                for (int i = 0; i < models.Length; i++)
                {
                    float[] vector = models[i].Draw(new Random(-1 - query));
                    SegmentSearch.Search(indexes[i], vector, Top, SearchFilter.None, depth);
                }
            });
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  top {Top} of both, {depth} read: median {timing.Median:0.0} ms, slowest {timing.Slowest:0.0} ms"));
        }

        Timing narrow = Timing.Of(Queries, query => SegmentSearch.Search(
            indexes[0], models[0].Draw(new Random(-1 - query)), Top, new SearchFilter(Prefix: "stored-00001")));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  top {Top} of VGG16 among 10 names by their prefix: median {narrow.Median:0.0} ms, slowest {narrow.Slowest:0.0} ms"));
        FilterByTags(models[0], indexes[0]);
    }

    // Every image has a tag, one in 10 another, one in 10,000 a third.
    private static void FilterByTags(ClusteredEmbeddings model, IndexSnapshot index)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        string[] names =
        [
            .. index.Segments.SelectMany(segment => Enumerable.Range(0, segment.Count).Select(segment.Images.NameAt))
                .Order(StringComparer.Ordinal),
        ];
        int[] sets = [.. Enumerable.Range(0, names.Length).Select(i => i % 10_000 == 0 ? 2 : i % 10 == 0 ? 1 : 0)];
        long start = Stopwatch.GetTimestamp();
        var tags = TagSnapshot.Of(names, sets, [["all"], ["all", "tenth"], ["all", "rare", "tenth"]]);
        double made = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  tags of all images: made in {made:0.0} s, {(double)bytes / names.Length:0} bytes an image"));
        foreach (string? tag in (string?[])[null, "rare", "tenth", "all"])
        {
            int found = 0;
            Timing timing = Timing.Of(Queries, query =>
            {
                TaggedKeys? keys = tags.KeysWithAll(tag is null ? [] : [tag]);
                var filter = new SearchFilter(Tagged: keys);
                found = SegmentSearch.Search(index, model.Draw(new Random(-1 - query)), Top, filter).Images;
            });
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  top {Top} of VGG16 {(tag is null ? "without a tag" : $"with the tag '{tag}'")}, {found} images: " +
                $"median {timing.Median:0.0} ms, slowest {timing.Slowest:0.0} ms"));
        }
    }

    private static void Search(CodedImages[] models, IndexSnapshot[] indexes, int query, int depth, int codedFrom)
    {
        for (int i = 0; i < models.Length; i++)
        {
            SegmentSearch.Search(indexes[i], models[i].Queries[query], Top, SearchFilter.None, depth, codedFrom);
        }
    }

    private static void Write(string what, CodedImages[] models, Action<int> run)
    {
        Timing timing = Timing.Of(models[0].Queries.Count, run);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {what}: median {timing.Median:0.0} ms, slowest {timing.Slowest:0.0} ms"));
    }
}
