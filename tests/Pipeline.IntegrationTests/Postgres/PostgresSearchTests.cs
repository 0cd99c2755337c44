using System.Numerics.Tensors;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Postgres;
using Pipeline.Search.Tags;

namespace Pipeline.IntegrationTests.Postgres;

/// <summary>
/// Search in PostgreSQL beside the search in memory, of the same clustered images: 5,000 by a model whose index has half precision, some of
/// them by another, too.
/// </summary>
public sealed class PostgresSearchTests(ClusteredImages images) : IClassFixture<ClusteredImages>
{
    // Sums of 256 floats in another order.
    private const float Rounding = 2e-6f;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_ten_nearest_of_thousands_are_those_of_the_search_in_memory()
    {
        int same = 0;
        for (int i = 0; i < 20; i++)
        {
            ModelEmbedding query = images.Query(i);
            Match[] expected = images.Scan(query, 10, SearchFilter.None).Nearest;
            SimilarityResult found = await FindAsync([query], 10);

            same += expected.Select(match => match.Image.Id.Name).Intersect(Names(found.ByModel[0])).Count();
            foreach (Match match in found.ByModel[0].Matches)
            {
                Assert.Equal(images.CosineOf(query, match.Image.Id.Name), match.Cosine, Rounding);
            }

            Assert.Equal(found.ByModel[0].Matches.Select(match => match.Cosine).OrderDescending(),
                found.ByModel[0].Matches.Select(match => match.Cosine));
        }

        // 200 of 200 when it was measured.
        Assert.InRange(same, 196, 200);
    }

    [Fact]
    public async Task Among_many_the_index_is_read_and_among_few_it_is_not()
    {
        ModelEmbedding query = images.Query(2);
        ModelEmbedding other = images.OtherQuery(2);
        long before = await images.CountIndexScansAsync(query.Model);
        long beforeOfOther = await images.CountIndexScansAsync(other.Model);

        await FindAsync([query, other], 10);
        long all = await images.CountIndexScansAsync(query.Model);
        await FindAsync([query], 10, new SearchFilter(null, "some/"));

        Assert.Equal(before + 1, all);
        Assert.Equal(all, await images.CountIndexScansAsync(query.Model));
        Assert.Equal(beforeOfOther, await images.CountIndexScansAsync(other.Model));
    }

    [Fact]
    public async Task However_few_pass_a_filter_all_are_found()
    {
        ModelEmbedding query = images.Query(3);

        // One in 5,000, one in 50, one in 1.1: by comparing all, and by the index that is read on and on.
        foreach (string prefix in (string[])["rare/", "some/", "most/", "nowhere/", "some/\0", "so%", "some\U0010FFFF", "some\uD7FF"])
        {
            var filter = new SearchFilter(null, prefix);
            ScanResult expected = images.Scan(query, 100, filter);
            ModelRanking found = (await FindAsync([query], 100, filter)).ByModel[0];

            Assert.InRange(found.Matches.Count, Math.Min(100, expected.Images) - (prefix == "most/" ? 2 : 0), 100);
            Assert.All(found.Matches, match => Assert.StartsWith(prefix, match.Image.Id.Name, StringComparison.Ordinal));
            Assert.Equal(
                Math.Min(10, expected.Images),
                expected.Nearest.Take(10).Select(match => match.Image.Id.Name).Intersect(Names(found)).Count());
            if (expected.Images <= PostgresScan.ExactLimit)
            {
                Assert.Equal(expected.Nearest.Select(match => match.Image.Id.Name), Names(found));
                Assert.Equal(expected.Images, found.Images);
            }
        }
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(40, "")]
    [InlineData(4500, "")]
    [InlineData(4500, "some/")]
    public async Task However_few_have_a_tag_all_are_found(int count, string prefix)
    {
        ModelEmbedding query = images.Query(3);
        var tagged = new TaggedKeys(["x"], KeySet.Of(ClusteredImages.Names.Take(count).Select(name => TestModel.Id(name).Key)));
        string excluded = TestModel.Id(ClusteredImages.Names.First()).Key;
        var filter = new SearchFilter(excluded, prefix, tagged);

        ScanResult expected = images.Scan(query, 100, filter);
        ModelRanking found = (await FindAsync([query], 100, filter)).ByModel[0];

        Assert.Equal(expected.Nearest.Take(10).Select(match => match.Image.Id.Name), Names(found).Take(10));
        Assert.Equal(expected.Nearest.Length, found.Matches.Count);
        if (expected.Images <= PostgresScan.ExactLimit)
        {
            Assert.Equal(expected.Images, found.Images);
        }
    }

    [Fact]
    public async Task The_excluded_image_is_left_out_and_the_rest_keeps_its_order()
    {
        ModelEmbedding query = images.Query(5);
        SimilarityResult all = await FindAsync([query], 10);
        string nearest = all.ByModel[0].Matches[0].Image.Id.Key;

        SimilarityResult others = await FindAsync([query], 9, new SearchFilter(nearest));

        Assert.Equal(Names(all.ByModel[0]).Skip(1), Names(others.ByModel[0]));
    }

    [Fact]
    public async Task Only_images_nearer_than_the_limit_are_found()
    {
        ModelEmbedding query = images.Query(6);
        float limit = (await FindAsync([query], 10)).ByModel[0].Matches[4].Cosine;

        Assert.Equal(5, (await FindAsync([query], 10, minCosine: limit)).ByModel[0].Matches.Count);
        Assert.Empty((await FindAsync([query], 10, minCosine: 1)).ByModel[0].Matches);
    }

    [Theory]
    [InlineData("")]
    [InlineData("some/")]
    public async Task Pages_follow_one_another_without_gap_or_repetition(string prefix)
    {
        var filter = new SearchFilter(null, prefix);
        ModelEmbedding query = images.Query(7);
        ModelRanking page = (await FindAsync([query], 7, filter)).ByModel[0];
        var names = new List<string>(Names(page));
        for (int i = 0; i < 8; i++)
        {
            page = await images.Search.ContinueAsync(query, 7, -1, filter, page.Next!, CancellationToken);
            names.AddRange(Names(page));
        }

        Assert.Equal(images.Scan(query, 63, filter).Nearest.Select(match => match.Image.Id.Name), names);
    }

    [Fact]
    public async Task The_last_page_has_no_next()
    {
        var filter = new SearchFilter(null, "rare/");

        Assert.Null((await FindAsync([images.Query(1)], 10, filter)).ByModel[0].Next);
    }

    [Fact]
    public async Task The_fused_list_is_that_of_the_search_in_memory()
    {
        ModelEmbedding[] queries = [images.Query(9), images.OtherQuery(9)];
        IReadOnlyList<InstalledModel> serving = [queries[0].Model, queries[1].Model];
        SimilarityResult found = await images.Search.FindSimilarAsync(queries, serving, 10, -1, SearchFilter.None, CancellationToken);

        ModelVote[] votes = [.. queries.Select(query =>
        {
            ScanResult scan = images.Scan(query, 100, SearchFilter.None);
            return new ModelVote(query.Model, scan.Nearest, scan.Spread, key => images.FindCosine(query, key));
        })];
        IReadOnlyList<FusedMatch> expected = StandardisedFusion.Fuse(votes, 10);

        // A sample's mean and deviation for those of all: the order is the same but for near ties, the scores are within a tenth.
        Assert.InRange(
            expected.Select(match => match.Image.Id.Name).Intersect(found.Fused.Select(match => match.Image.Id.Name)).Count(), 9, 10);
        Assert.Equal(expected[0].Image.Id, found.Fused[0].Image.Id);
        Assert.Equal(expected[0].Score, found.Fused[0].Score, 0.1 * expected[0].Score);
    }

    [Fact]
    public async Task The_state_says_how_many_images_there_are()
    {
        IndexState few = await images.Search.FindStateAsync(images.OtherQuery(0).Model, CancellationToken);
        IndexState many = await images.Search.FindStateAsync(images.Query(0).Model, CancellationToken);

        Assert.Equal(new IndexState(ClusteredImages.Others, 0, TimeSpan.Zero), few);
        Assert.InRange(many.Count, ClusteredImages.Count * 9 / 10, ClusteredImages.Count * 11 / 10);
    }

    [Fact]
    public async Task Thousands_of_dimensions_are_searched_by_a_bit_each_and_ranked_exactly()
    {
        InstalledModel model = images.Wide;
        int same = 0;
        for (int i = 0; i < 10; i++)
        {
            var query = new ModelEmbedding(model, new Embedding(images.WideVector(1_000_000 + i), 1));
            SimilarityResult found = await FindAsync([query], 10);
            IEnumerable<int> expected = Enumerable.Range(0, ClusteredImages.WideCount)
                .OrderByDescending(k => TensorPrimitives.Dot<float>(images.WideVector(k), query.Embedding.Values.Span)).Take(10);
            same += expected.Select(k => $"{k}.jpg").Intersect(Names(found.ByModel[0])).Count();
        }

        // 100 of 100 when it was measured.
        Assert.InRange(same, 97, 100);
    }

    private Task<SimilarityResult> FindAsync(
        IReadOnlyList<ModelEmbedding> queries, int top, SearchFilter? filter = null, float minCosine = -1) =>
        images.Search.FindSimilarAsync(
            queries, [.. queries.Select(query => query.Model)], top, minCosine, filter ?? SearchFilter.None, CancellationToken);

    private static string[] Names(ModelRanking ranking) => [.. ranking.Matches.Select(match => match.Image.Id.Name)];
}
