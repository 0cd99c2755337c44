using CsCheck;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Duplicates;
using Pipeline.Storage;
using Pipeline.Tests.Search.Codes;

namespace Pipeline.Tests.Search;

public class DuplicateSearchTests
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    /// <summary>Copies, copies of copies, images of one kind, and images that were removed, of several sizes.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_groups_are_those_of_comparing_all_pairs(bool coded) => Gen.Select(
        Gen.Int[1, 100_000], Gen.Int[0, 300], Gen.Int[1, 5], Gen.Bool, Gen.Float[0.5f, 1], Gen.Bool).Sample(
        (seed, count, steps, inFile, minCosine, withPrefix) =>
        {
            EmbeddingRecord[] records = Copies(count, 64, seed);
            IndexSnapshot snapshot = Snapshots.Of(records, steps, inFile ? 20_000 : long.MaxValue / 2, coded);
            string[] gone = [.. records.Where((_, i) => i % 9 == 5).Select(record => record.Id.Key)];
            snapshot = Snapshots.Put(snapshot, 64, [], coded, gone);
            var filter = new SearchFilter(Prefix: withPrefix ? "a/" : "");
            EmbeddingRecord[] searched =
            [
                .. records.Where(record => !gone.Contains(record.Id.Key))
                    .Where(record => record.Id.Name.StartsWith(filter.Prefix, StringComparison.Ordinal)),
            ];

            DuplicateResult found = DuplicateSearch.Find(snapshot, minCosine, filter, CancellationToken, codedFrom: 1);

            Assert.Equal(searched.Length, found.Images);
            Assert.Equal(Naive(searched, minCosine), Written(found));
        }, iter: 150);

    [Fact]
    public void Of_five_thousand_images_the_groups_are_those_of_comparing_all_pairs()
    {
        EmbeddingRecord[] records = Copies(5000, 512, seed: 3);
        IndexSnapshot snapshot = Snapshots.Of(records, steps: 4, coded: true);

        foreach (float minCosine in (float[])[0.9f, 0.97f])
        {
            string[] expected = Naive(records, minCosine);
            Assert.InRange(expected.Length, 20, 5000);
            Assert.Equal(expected, Written(DuplicateSearch.Find(snapshot, minCosine, SearchFilter.None, CancellationToken)));
        }
    }

    [Fact]
    public void Images_that_are_alike_by_way_of_others_are_one_group_and_its_first_has_the_most_pixels()
    {
        // Each is 10 degrees from the next: a cosine of 0.985, and of 0.94 with the one after.
        EmbeddingRecord[] chain =
        [
            .. Enumerable.Range(0, 5).Select(i => SegmentSearchTests.Record(
                $"{i}.jpg", [MathF.Cos(i * MathF.PI / 18), MathF.Sin(i * MathF.PI / 18)]) with { Width = i == 1 ? 20 : 10, Height = 10 }),
        ];

        DuplicateResult found = DuplicateSearch.Find(Snapshots.Of(chain), 0.97f, SearchFilter.None, CancellationToken);

        JoinedImages group = Assert.Single(found.Groups);
        Assert.Equal(["1.jpg", "0.jpg", "2.jpg", "3.jpg", "4.jpg"], group.Images.Select(match => match.Image.Id.Name));
        Assert.Equal(Math.Cos(Math.PI / 18), group.Highest, 1e-6);
        Assert.Equal(Math.Cos(Math.PI / 6), group.Lowest, 1e-6);
    }

    [Fact]
    public void Equal_images_are_one_group_however_many_they_are()
    {
        EmbeddingRecord[] records =
            [.. EmbeddingSets.Equal(3000, 64, seed: 1).Select((vector, i) => SegmentSearchTests.Record($"{i}", vector))];

        DuplicateResult found = DuplicateSearch.Find(Snapshots.Of(records, coded: true), 1 - 1e-6f, SearchFilter.None, CancellationToken);

        Assert.Equal(3000, Assert.Single(found.Groups).Images.Count);
    }

    [Fact]
    public void A_caller_that_leaves_ends_the_work()
    {
        IndexSnapshot snapshot = Snapshots.Of(Copies(600, 64, seed: 5), coded: true);
        using var left = new CancellationTokenSource();
        left.Cancel();

        Assert.Throws<OperationCanceledException>(
            () => DuplicateSearch.Find(snapshot, 0.97f, SearchFilter.None, left.Token, codedFrom: 1));
        Assert.Throws<OperationCanceledException>(() => DuplicateSearch.Find(snapshot, 0.97f, SearchFilter.None, left.Token));
    }

    // Groups of names, and the cosines with the first.
    private static string[] Written(DuplicateResult found) =>
        [.. found.Groups.Select(group => string.Join(' ', group.Images.Select(match => $"{match.Image.Id.Name}:{match.Cosine:r}")))];

    private static string[] Naive(EmbeddingRecord[] records, float minCosine)
    {
        int[] group = [.. Enumerable.Range(0, records.Length)];
        for (int i = 0; i < records.Length; i++)
        {
            for (int j = i + 1; j < records.Length; j++)
            {
                if (group[i] != group[j] && Cosine(records[i], records[j]) >= minCosine)
                {
                    (int kept, int joined) = (group[i], group[j]);
                    group = Array.ConvertAll(group, number => number == joined ? kept : number);
                }
            }
        }

        return
        [
            .. records.Select((record, i) => (record, group[i])).GroupBy(pair => pair.Item2, pair => pair.record)
                .Where(images => images.Count() > 1)
                .Select(images => images.OrderByDescending(record => record.Width * record.Height)
                    .ThenBy(record => record.Id.Name, StringComparer.Ordinal).ToArray())
                .OrderByDescending(images => images.Length).ThenBy(images => images[0].Id.Name, StringComparer.Ordinal)
                .Select(images => string.Join(' ', images.Select(image => $"{image.Id.Name}:{Cosine(images[0], image):r}"))),
        ];
    }

    private static float Cosine(EmbeddingRecord a, EmbeddingRecord b) => Embedding.Cosine(a.Embedding.Values.Span, b.Embedding.Values.Span);

    // Half are images of 20 kinds, the others copies of an earlier image, changed by nothing up to three tenths of their length.
    private static EmbeddingRecord[] Copies(int count, int length, int seed)
    {
        var random = new Random(seed);
        float[][] vectors = count == 0 ? [] : EmbeddingSets.Clustered(count, length, seed, groups: 20);
        for (int i = 1; i < count; i++)
        {
            if (random.Next(2) == 0)
            {
                float[] original = vectors[random.Next(i)];
                double change = random.Next(4) == 0 ? 0 : 0.5 * random.NextDouble() * Math.Sqrt(1.0 / length);
                vectors[i] = EmbeddingSets.Normalised(
                    [.. original.Select(value => (float)(value + (change * EmbeddingSets.Normal(random))))]);
            }
        }

        return
        [
            .. vectors.Select((vector, i) => SegmentSearchTests.Record($"{(i % 3 == 0 ? "b" : "a")}/{i:d4}", vector) with
            {
                Width = random.Next(1, 4),
                Height = random.Next(1, 4),
            }),
        ];
    }
}
