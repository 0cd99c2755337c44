using CsCheck;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Tests.Search;

public class SegmentSearchTests
{
    private static readonly Gen<float[]> UnitVectors = Gen.Single[-1, 1].Array[16].Where(v => v.Any(x => x is > 0.01f or < -0.01f))
        .Select(Unit);

    [Fact]
    public void The_ranking_is_that_of_a_plain_sort_by_cosine() => Gen.Select(UnitVectors, UnitVectors.Array[0, 200], Gen.Int[1, 30])
        .Sample((query, vectors, top) =>
        {
            EmbeddingRecord[] records = [.. vectors.Select((vector, i) => Record($"{i:d4}", vector))];

            Match[] found = SegmentSearch.Search(Snapshots.Of(records), query, top, SearchFilter.None).Nearest;

            double[] expected = [.. vectors.Select(vector => Cosine(vector, query)).OrderDescending().Take(top)];
            Assert.Equal(expected.Length, found.Length);
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second.Cosine, 1e-5));
            Assert.Equal(found.Length, found.Select(match => match.Image.Id.Name).Distinct().Count());
        });

    [Fact]
    public void Many_threads_rank_as_one_does()
    {
        // 1,500 vectors of 4,096 values are past the threshold at which the scan is split.
        var random = new Random(7);
        EmbeddingRecord[] records =
            [.. Enumerable.Range(0, 1500)
                .Select(i => Record($"{i:d4}", Unit([.. Enumerable.Range(0, 4096).Select(_ => random.NextSingle() - 0.5f)])))];
        ReadOnlyMemory<float> query = records[777].Embedding.Values;

        Match[] found = SegmentSearch.Search(Snapshots.Of(records), query, 25, SearchFilter.None).Nearest;

        string[] expected = [.. records.OrderByDescending(record => Cosine(record.Embedding.Values.ToArray(), query.ToArray())).Take(25)
            .Select(record => record.Id.Name)];
        Assert.Equal(expected, found.Select(match => match.Image.Id.Name));
    }

    [Fact]
    public void Of_equal_cosines_the_name_that_sorts_first_wins_however_they_lie()
    {
        float[] vector = Unit([1, 2, 3]);
        string[] names = ["d", "a", "c", "b", "e"];
        Gen.Shuffle(names).Sample(shuffled =>
        {
            EmbeddingRecord[] records = [.. shuffled.Select(name => Record(name, vector))];

            Assert.Equal(
                ["a", "b", "c"],
                SegmentSearch.Search(Snapshots.Of(records), vector, 3, SearchFilter.None).Nearest.Select(match => match.Image.Id.Name));
        });
    }

    [Fact]
    public void The_excluded_picture_makes_room_for_the_next()
    {
        EmbeddingRecord[] records = [Record("a", Unit([1, 0])), Record("b", Unit([1, 1])), Record("c", Unit([0, 1]))];

        Match[] found = SegmentSearch.Search(
            Snapshots.Of(records), Unit([1, 0]), 2, new SearchFilter(records[0].Id.Key)).Nearest;

        Assert.Equal(["b", "c"], found.Select(match => match.Image.Id.Name));
    }

    [Fact]
    public void Rounding_never_gives_a_cosine_beyond_one() => UnitVectors.Sample(vector =>
        Assert.InRange(SegmentSearch.Search(
            Snapshots.Of([Record("a", vector)]), vector, 1, SearchFilter.None).Nearest[0].Cosine, 0.9999f, 1f));

    [Fact]
    public void An_empty_index_has_no_neighbours() => Assert.Empty(
        SegmentSearch.Search(Snapshots.Of([]), new float[4], 5, SearchFilter.None).Nearest);

    [Fact]
    public void However_vectors_are_kept_and_images_came_and_went_the_exact_nearest_are_found() => Gen.Select(
        Gen.Int[1, 2000], Gen.Int[0, 400], Gen.Int[1, 40], Gen.Int[1, 30], Gen.Bool, Gen.Bool).Sample(
        (seed, count, steps, top, inFile, coded) =>
        {
            var random = new Random(seed);
            EmbeddingRecord[] records = [.. Enumerable.Range(0, count).Select(i => Clustered($"{i % 7}/{i:d4}", random))];
            EmbeddingRecord[] changed = [.. records.Where(_ => random.Next(4) == 0).Select(record => Clustered(record.Id.Name, random))];
            string[] gone = [.. records.Where(_ => random.Next(4) == 0).Select(record => record.Id.Key)];
            IndexSnapshot before = Snapshots.Of(records, steps, inFile ? 20_000 : long.MaxValue / 2, coded);

            IndexSnapshot after = Snapshots.Put(before, Dimension, changed, coded, gone);

            float[] query = [.. Clustered("query", random).Embedding.Values.ToArray()];
            Dictionary<string, EmbeddingRecord> expected = records.Concat(changed).GroupBy(record => record.Id.Key)
                .Where(versions => !gone.Contains(versions.Key)).ToDictionary(versions => versions.Key, versions => versions.Last());
            AssertNearest(records, before, query, top, SearchFilter.None);
            AssertNearest(expected.Values, after, query, top, SearchFilter.None);
            AssertNearest(expected.Values, after, query, top, new SearchFilter(records.FirstOrDefault()?.Id.Key, "3/"));
            Assert.Equal(expected.Count, after.Count);
            Assert.All(Enumerable.Range(0, EmbeddingTable.Buckets), bucket => Assert.Equal(
                expected.Keys.Where(key => EmbeddingTable.BucketOf(key) == bucket).Order(StringComparer.Ordinal),
                after.KeysIn(bucket).Order(StringComparer.Ordinal)));
            Assert.All(
                expected.Values,
                record => Assert.Equal(record.Embedding.Values.ToArray(), after.Find(record.Id)!.Embedding.Values.ToArray()));
            Assert.All(gone, key => Assert.Null(after.VersionOf(key)));
        }, iter: 200);

    [Fact]
    public void One_image_in_ten_thousand_is_found_by_its_prefix()
    {
        var random = new Random(3);
        EmbeddingRecord[] records = [.. Enumerable.Range(0, 10_000).Select(i => Clustered(i == 7777 ? "rare/one" : $"{i:d5}", random))];
        IndexSnapshot snapshot = Snapshots.Of(records, steps: 3, coded: true);

        ScanResult found = SegmentSearch.Search(snapshot, records[0].Embedding.Values, 10, new SearchFilter(Prefix: "rare/"), codedFrom: 0);

        Assert.Equal("rare/one", Assert.Single(found.Nearest).Image.Id.Name);
        Assert.Equal(1, found.Images);
    }

    [Fact]
    public void A_refresh_shares_what_it_does_not_change_and_segments_stay_few()
    {
        var random = new Random(4);
        IndexSnapshot snapshot = Snapshots.Of([.. Enumerable.Range(0, 3000).Select(i => Clustered($"{i:d4}", random))], coded: true);
        var first = snapshot.Segments[0];
        int most = 0;
        for (int i = 0; i < 400; i++)
        {
            snapshot = Snapshots.Put(snapshot, Dimension, [Clustered($"new {i}", random)], coded: true);
            most = Math.Max(most, snapshot.Segments.Count);
        }

        Assert.Same(first, snapshot.Segments[0]);
        Assert.InRange(most, 2, 3 * 17);
        Assert.Equal(3400, snapshot.Count);
    }

    [Fact]
    public void What_is_removed_is_dropped_from_memory_once_it_is_half_of_a_segment()
    {
        var random = new Random(5);
        EmbeddingRecord[] records = [.. Enumerable.Range(0, 100).Select(i => Clustered($"{i}", random))];
        IndexSnapshot all = Snapshots.Of(records);
        long before = all.Vectors.InMemory;

        IndexSnapshot few = Snapshots.Put(all, Dimension, [], false, [.. records.Skip(40).Select(record => record.Id.Key)]);

        Assert.Equal((100, 40), (all.Segments.Sum(segment => segment.Count), few.Segments.Sum(segment => segment.Count)));
        Assert.Equal((100 * Dimension * 4, 40 * Dimension * 4), (before, few.Vectors.InMemory));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_with_what_to_do()
    {
        var store = new VectorStore(0, Path.Combine(Path.GetTempPath(), "pipeline-no-such-folder"));

        string message = Assert.Throws<IOException>(() => store.Add(new float[4])).Message;

        Assert.Contains("set Search__Folder to another folder", message, StringComparison.Ordinal);
    }

    private static void AssertNearest(
        IEnumerable<EmbeddingRecord> records, IndexSnapshot snapshot, float[] query, int top, SearchFilter filter)
    {
        (string Name, float Cosine)[] expected =
        [
            .. records
                .Where(record => record.Id.Key != filter.ExcludedKey)
                .Where(record => record.Id.Name.StartsWith(filter.Prefix, StringComparison.Ordinal))
                .Select(record => (record.Id.Name, Embedding.Cosine(query, record.Embedding.Values.Span)))
                .OrderByDescending(match => match.Item2).ThenBy(match => match.Name, StringComparer.Ordinal),
        ];
        ScanResult found = SegmentSearch.Search(snapshot, query, top, filter, codedFrom: 0);
        Assert.Equal(expected.Take(top), found.Nearest.Select(match => (match.Image.Id.Name, match.Cosine)));
        Assert.Equal(
            records.Count(record => record.Id.Name.StartsWith(filter.Prefix, StringComparison.Ordinal)), found.Images);
        double mean = expected.Length == 0 ? 0 : expected.Average(match => match.Cosine);

        // Beyond the nearest there are more, as long as there are any, and the nearest stay what they are.
        ScanResult deeper = SegmentSearch.Search(snapshot, query, top, filter, top + 20, codedFrom: 0);

        // Which images are read for a limit is decided by estimates, of which one in thousands is beyond its bound.
        Assert.InRange(found.Nearest.Except(deeper.Nearest).Count(), 0, 1);
        Assert.Equal(Math.Min(top + 20, expected.Length), deeper.Nearest.Length);
        float[] cosines = [.. deeper.Nearest.Select(match => match.Cosine)];
        Assert.Equal(cosines.OrderDescending(), cosines);

        // Four standard deviations of an estimate by a code of 128 bits.
        Assert.Equal(mean, found.Spread.Mean, 0.4 / Math.Sqrt(Math.Max(1, expected.Length)));
    }

    private const int Dimension = 96;

    /// <summary>Not negative, and near one of a few centres, as embeddings are.</summary>
    private static EmbeddingRecord Clustered(string name, Random random)
    {
        var centre = new Random(random.Next(6));
        return Record(name, Unit(
        [
            .. Enumerable.Range(0, Dimension)
                .Select(_ => MathF.Max(0, (float)(centre.NextDouble() - 0.4 + (0.3 * random.NextDouble()))) + 1e-3f),
        ]));
    }

    internal static EmbeddingRecord Record(string name, float[] vector) =>
        new(new ImageId("images", name), "\"1\"", "", 1, 1, default, new Embedding(vector, 1));

    internal static float[] Unit(float[] vector)
    {
        double norm = Math.Sqrt(vector.Sum(x => (double)x * x));
        return [.. vector.Select(x => (float)(x / norm))];
    }

    private static double Cosine(float[] a, float[] b) => a.Zip(b).Sum(pair => (double)pair.First * pair.Second);
}
