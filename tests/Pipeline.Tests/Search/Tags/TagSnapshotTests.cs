using CsCheck;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Search.Tags;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Tests.Search.Tags;

public class TagSnapshotTests
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 40).Select(i => $"{(char)('a' + (i % 3))}/{i:d2}.jpg")];

    private static readonly Gen<string[]> Tags = One("x", "y", "z", "w").Array[0, 3]
        .Select(drawn => (string[])[.. drawn.Distinct().Order(StringComparer.Ordinal)]);

    private static readonly Gen<(string Name, string[]? Tags)[][]> Changes =
        Gen.Select(One(Names), Tags, Gen.Int[0, 4], (name, tags, i) => (name, i == 0 ? null : tags)).Array[0, 25].Array[0, 6];

    [Fact]
    public void It_says_what_a_plain_dictionary_says_whatever_was_changed_before() =>
        Gen.Select(Changes, Tags, One("", "a/", "b", "nothing"), Gen.OneOf(Gen.Const((string)null!), One(Names)))
            .Sample((steps, asked, prefix, after) =>
            {
                var expected = new Dictionary<string, string[]>();
                TagSnapshot tags = TagSnapshot.Empty;
                foreach ((string Name, string[]? Tags)[] step in steps)
                {
                    foreach ((string name, string[]? set) in step)
                    {
                        expected[name] = set ?? [];
                    }

                    // Half of the steps are read as a whole.
                    tags = step.Length % 2 == 0
                        ? tags.With(step.GroupBy(change => change.Name, (name, all) => KeyValuePair.Create(Key(name), Row(all.Last()))))
                        : TagSnapshot.Of(expected.Select(entry => new TaggedImage(Id(entry.Key), entry.Value)));
                }

                string[] fitting =
                [
                    .. expected.Where(entry => entry.Value.Length > 0 && asked.All(entry.Value.Contains)).Select(entry => entry.Key)
                        .Order(StringComparer.Ordinal),
                ];
                Assert.All(Names, name => Assert.Equal(expected.GetValueOrDefault(name, []), tags.TagsOf(Key(name))));
                Assert.Equal(
                    fitting.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, after) > 0),
                    tags.NamesWithAll(asked, prefix, after));
                Assert.Equal(
                    expected.Values.SelectMany(set => set).CountBy(tag => tag).OrderBy(entry => entry.Key),
                    tags.CountByTag().OrderBy(entry => entry.Key));
                Assert.Equal(
                    expected.Where(entry => entry.Value.Length > 0).Select(entry => entry.Key).Order(StringComparer.Ordinal),
                    Enumerable.Range(0, PartitionKeys.Buckets).SelectMany(bucket => tags.All(bucket)).Select(image => image.Id.Name)
                        .Order(StringComparer.Ordinal));
                if (asked.Length > 0)
                {
                    KeySet keys = tags.KeysWithAll(asked)!.Keys;
                    Assert.Equal(fitting.Select(Key).Order(StringComparer.Ordinal), keys.ToArrays().Select(Convert.ToHexStringLower));
                    Assert.All(Names, name => Assert.Equal(fitting.Contains(name), keys.Contains(Key(name))));
                }
            });

    [Fact]
    public void Without_tags_to_have_all_images_pass() => Assert.Null(TagSnapshot.Empty.KeysWithAll([]));

    [Fact]
    public void A_search_among_tagged_images_finds_what_a_search_of_only_those_finds() => Gen.Select(
            Gen.Single[-1, 1].Array[8].Where(v => v.Any(x => x is > 0.01f or < -0.01f)).Array[1, 150],
            Gen.Int[1, 60],
            Gen.Bool,
            Gen.Int[0, 149],
            One("", "0", "01"))
        .Sample((vectors, oneOf, coded, excluded, prefix) =>
        {
            EmbeddingRecord[] records =
            [
                .. vectors.Select((vector, i) => SegmentSearchTests.Record($"{i:d4}", SegmentSearchTests.Unit(vector))),
            ];
            EmbeddingRecord[] tagged = [.. records.Where((_, i) => i % oneOf == 0)];
            string? left = excluded < records.Length ? records[excluded].Id.Key : null;
            var keys = new TaggedKeys(["x"], KeySet.Of(tagged.Select(record => record.Id.Key)));
            ReadOnlyMemory<float> query = records[0].Embedding.Values;

            ScanResult expected = SegmentSearch.Search(Snapshots.Of(tagged), query, 10, new SearchFilter(left, prefix));
            IndexSnapshot all = Snapshots.Of(records, steps: 4, coded: coded);
            var filter = new SearchFilter(left, prefix, keys);
            ScanResult found = SegmentSearch.Search(all, query, 10, filter, codedFrom: coded ? 1 : 2000);

            Assert.Equal(
                expected.Nearest.Select(match => (match.Image.Id.Name, match.Cosine)),
                found.Nearest.Select(match => (match.Image.Id.Name, match.Cosine)));
            Assert.Equal(expected.Images, found.Images);
        });

    [Fact]
    public void Rows_of_keys_are_found_in_columns_as_by_looking_for_each() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[0, 300], Gen.Int[0, 1000]).Sample((columns, keys, seed) =>
        {
            var random = new Random(seed);
            string[] all = [.. Enumerable.Range(0, 400).Select(i => Key($"{i}")).OrderBy(_ => random.Next())];
            EmbeddingRecord[] records = [.. Enumerable.Range(0, 400).Where(_ => random.Next(400) < columns)
                .Select(i => SegmentSearchTests.Record($"{i}", [1]))];
            string[] asked = [.. all.Take(keys)];
            if (records.Length == 0)
            {
                return;
            }

            Segment segment = Snapshots.Of(records).Segments[0];

            int[] expected = [.. asked.Select(segment.Find).Where(row => row >= 0).Order()];
            Assert.Equal(expected, KeySet.Of(asked).RowsOf(segment.Images));
        });

    private static Gen<string> One(params string[] values) => Gen.OneOf([.. values.Select(Gen.Const)]);

    private static ImageId Id(string name) => new(ImagesContainer.DefaultName, name);

    private static string Key(string name) => Id(name).Key;

    private static TaggedImage? Row((string Name, string[]? Tags) change) =>
        change.Tags is null ? null : new TaggedImage(Id(change.Name), change.Tags);
}
