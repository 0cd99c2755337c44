using CsCheck;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Tests.Search;

public class CosineScanTests
{
    private static readonly Gen<float[]> UnitVectors = Gen.Single[-1, 1].Array[16].Where(v => v.Any(x => x is > 0.01f or < -0.01f))
        .Select(Unit);

    [Fact]
    public void The_ranking_is_that_of_a_plain_sort_by_cosine() => Gen.Select(UnitVectors, UnitVectors.Array[0, 200], Gen.Int[1, 30])
        .Sample((query, vectors, top) =>
        {
            EmbeddingRecord[] records = [.. vectors.Select((vector, i) => Record($"{i:d4}", vector))];

            Match[] found = CosineScan.Nearest(records, query, top);

            double[] expected = [.. vectors.Select(vector => Cosine(vector, query)).OrderDescending().Take(top)];
            Assert.Equal(expected.Length, found.Length);
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second.Cosine, 1e-5));
            Assert.Equal(found.Length, found.Select(match => match.Record.Id.Name).Distinct().Count());
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

        Match[] found = CosineScan.Nearest(records, query, 25);

        string[] expected = [.. records.OrderByDescending(record => Cosine(record.Embedding.Values.ToArray(), query.ToArray())).Take(25)
            .Select(record => record.Id.Name)];
        Assert.Equal(expected, found.Select(match => match.Record.Id.Name));
    }

    [Fact]
    public void Of_equal_cosines_the_name_that_sorts_first_wins_however_they_lie()
    {
        float[] vector = Unit([1, 2, 3]);
        string[] names = ["d", "a", "c", "b", "e"];
        Gen.Shuffle(names).Sample(shuffled =>
        {
            EmbeddingRecord[] records = [.. shuffled.Select(name => Record(name, vector))];

            Assert.Equal(["a", "b", "c"], CosineScan.Nearest(records, vector, 3).Select(match => match.Record.Id.Name));
        });
    }

    [Fact]
    public void The_excluded_picture_makes_room_for_the_next()
    {
        EmbeddingRecord[] records = [Record("a", Unit([1, 0])), Record("b", Unit([1, 1])), Record("c", Unit([0, 1]))];

        Match[] found = CosineScan.Nearest(records, Unit([1, 0]), 2, records[0].Id.Key);

        Assert.Equal(["b", "c"], found.Select(match => match.Record.Id.Name));
    }

    [Fact]
    public void Rounding_never_gives_a_cosine_beyond_one() => UnitVectors.Sample(vector =>
        Assert.InRange(CosineScan.Nearest(new[] { Record("a", vector) }, vector, 1)[0].Cosine, 0.9999f, 1f));

    [Fact]
    public void An_empty_index_has_no_neighbours() => Assert.Empty(CosineScan.Nearest(Array.Empty<EmbeddingRecord>(), new float[4], 5));

    internal static EmbeddingRecord Record(string name, float[] vector) =>
        new(new ImageId("images", name), "\"1\"", "", 1, 1, default, new Embedding(vector, 1));

    private static float[] Unit(float[] vector)
    {
        double norm = Math.Sqrt(vector.Sum(x => (double)x * x));
        return [.. vector.Select(x => (float)(x / norm))];
    }

    private static double Cosine(float[] a, float[] b) => a.Zip(b).Sum(pair => (double)pair.First * pair.Second);
}
