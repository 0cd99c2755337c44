using CsCheck;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Storage;
using Pipeline.Tests.Search.Codes;

namespace Pipeline.Tests.Search;

/// <summary>A list that is read page by page while images come and go.</summary>
public class PagingTests
{
    private const int Dimension = 24;

    /// <summary>
    /// What is stored changes before each page. A page is what lies behind the page before among all that is stored now; and over all pages
    /// no image that stayed is missing or comes twice.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void However_images_come_and_go_each_page_is_what_lies_behind_the_page_before(bool coded) => Gen.Select(
        Gen.Int[1, 100_000], Gen.Int[0, 150], Gen.Int[1, 25], Gen.Bool, Gen.Int[-10, 8]).Sample(
        (seed, count, mostTop, withPrefix, tenths) =>
        {
            var random = new Random(seed);
            var stored = new Dictionary<string, EmbeddingRecord>(StringComparer.Ordinal);
            HashSet<string> ever = new(StringComparer.Ordinal);
            HashSet<string> stayed = new(StringComparer.Ordinal);
            IndexSnapshot snapshot = Snapshots.Of([], coded: coded);
            Change(count, removed: 0);
            stayed.UnionWith(stored.Keys);
            string? left = stored.Keys.FirstOrDefault();
            float[] query = Draw("query", random).Embedding.Values.ToArray();
            float minCosine = tenths / 10f;
            var filter = new SearchFilter(left is null ? null : stored[left].Id.Key, withPrefix ? "a" : "");
            List<string> read = [];
            SearchPosition? after = null;
            do
            {
                int top = random.Next(1, mostTop + 1);
                SearchPosition? from = after;
                ScanResult scan = SegmentSearch.Search(snapshot, query, top + 1, filter, codedFrom: 1, after: after);
                ModelRanking page = ModelRanking.Of(
                    IndexedStorage.Model,
                    scan with { Nearest = [.. scan.Nearest.TakeWhile(match => match.Cosine >= minCosine)] },
                    top);

                (string Name, float Cosine)[] expected = [.. Listed(query, stored.Values, filter, left)
                    .Where(match => match.Cosine >= minCosine)
                    .Where(match => from is null || match.Cosine < from.Cosine
                        || (match.Cosine == from.Cosine && string.CompareOrdinal(match.Name, from.Name) > 0))];
                Assert.Equal(expected.Take(top), page.Matches.Select(match => (match.Image.Id.Name, match.Cosine)));
                Assert.Equal(expected.Length > top, page.Next is not null);
                Assert.Equal(stored.Keys.Count(stays => stays.StartsWith(filter.Prefix, StringComparison.Ordinal)), page.Images);
                read.AddRange(page.Matches.Select(match => match.Image.Id.Name));
                after = page.Next;
                Change(random.Next(6), random.Next(6));
            }
            while (after is not null);

            Assert.Equal(read.Count, read.Distinct().Count());
            Assert.Empty(Listed(query, stored.Values.Where(record => stayed.Contains(record.Id.Name)), filter, left)
                .Where(match => match.Cosine >= minCosine).Select(match => match.Name).Except(read));

            void Change(int added, int removed)
            {
                EmbeddingRecord[] more = [.. Enumerable.Range(0, added)
                    .Select(_ => Draw($"{(char)('a' + random.Next(2))}{random.Next(1_000_000):d6}", random))
                    .Where(record => ever.Add(record.Id.Name))];
                string[] gone = [.. stored.Keys.OrderBy(_ => random.Next()).Take(removed)];
                snapshot = Snapshots.Put(snapshot, Dimension, more, coded, [.. gone.Select(name => stored[name].Id.Key)]);
                Array.ForEach(more, record => stored.Add(record.Id.Name, record));
                Array.ForEach(gone, name => stored.Remove(name));
                stayed.ExceptWith(gone);
            }
        }, iter: 300);

    [Fact]
    public void A_list_of_equal_images_is_read_by_their_names()
    {
        EmbeddingRecord[] records = [.. Enumerable.Range(0, 300)
            .Select(i => SegmentSearchTests.Record($"{i:d3}", [1, .. new float[Dimension - 1]]))];
        foreach (bool coded in (bool[])[false, true])
        {
            IndexSnapshot snapshot = Snapshots.Of(records, steps: 3, coded: coded);
            SearchPosition? after = null;
            List<string> read = [];
            do
            {
                ScanResult scan = SegmentSearch.Search(
                    snapshot, records[0].Embedding.Values, 8, SearchFilter.None, codedFrom: 1, after: after);
                var page = ModelRanking.Of(IndexedStorage.Model, scan, 7);
                read.AddRange(page.Matches.Select(match => match.Image.Id.Name));
                after = page.Next;
            }
            while (after is not null);

            Assert.Equal(records.Select(record => record.Id.Name), read);
        }
    }

    private static IEnumerable<(string Name, float Cosine)> Listed(
        float[] query, IEnumerable<EmbeddingRecord> stored, SearchFilter filter, string? left) =>
        stored
            .Where(record => record.Id.Name != left && record.Id.Name.StartsWith(filter.Prefix, StringComparison.Ordinal))
            .Select(record => (record.Id.Name, Cosine: Embedding.Cosine(query, record.Embedding.Values.Span)))
            .OrderByDescending(match => match.Cosine).ThenBy(match => match.Name, StringComparer.Ordinal);

    /// <summary>Three dimensions of ones and zeros at the front, so that many cosines are equal to the bit; the others are noise or nothing.</summary>
    private static EmbeddingRecord Draw(string name, Random random)
    {
        float[] values = new float[Dimension];
        values[0] = 1;
        values[1] = random.Next(-1, 2);
        values[2] = random.Next(-2, 3);
        if (random.Next(3) == 0)
        {
            values[3 + random.Next(Dimension - 3)] = random.NextSingle();
        }

        return SegmentSearchTests.Record(name, EmbeddingSets.Normalised(values));
    }
}
