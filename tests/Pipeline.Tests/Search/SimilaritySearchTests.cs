using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Tests.Storage;
using static Pipeline.Tests.Search.IndexedStorage;

namespace Pipeline.Tests.Search;

public class SimilaritySearchTests
{
    private static readonly InstalledModel Other = Model with
    {
        Definition = ModelCatalogue.Default().Models[1] with { EmbeddingLength = 4 },
    };

    private static readonly ModelEmbedding[] Queries =
    [
        new(Model, new Embedding(new float[] { 1, 0, 0, 0 }, 1)),
        new(Other, new Embedding(new float[] { 1, 0, 0, 0 }, 1)),
    ];

    private readonly IndexedStorage _storage = new();
    private readonly SimilaritySearch _search;

    public SimilaritySearchTests() => _search = new SimilaritySearch(Index);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_says_among_how_many_images_each_model_searched()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.WriteAsync("b.jpg", "1");

        SimilarityResult found = await _search.FindSimilarAsync(Queries, [Model, Other], 1, -1, SearchFilter.None, CancellationToken);
        await _storage.WriteAsync("c.jpg", "1");
        await _storage.RefreshAsync();

        Assert.Equal([(Model, 2), (Other, 0)], found.ByModel.Select(ranking => (ranking.Model, ranking.Images)));
        Assert.Single(found.ByModel[0].Matches);
        Assert.Equal(3, _storage.Index.Count);
    }

    [Fact]
    public async Task The_models_are_refreshed_together()
    {
        var both = new TaskCompletionSource();
        int waiting = 0;
        _storage.Tables.Changes.Before = async _ =>
        {
            if (Interlocked.Increment(ref waiting) == 2)
            {
                both.SetResult();
            }

            await both.Task.WaitAsync(TimeSpan.FromMinutes(5), CancellationToken);
        };

        SimilarityResult found = await _search.FindSimilarAsync(Queries, [Model, Other], 1, -1, SearchFilter.None, CancellationToken);

        Assert.Equal(2, found.ByModel.Count);
    }

    [Fact]
    public async Task Only_images_nearer_than_the_limit_are_in_any_list()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _storage.WriteAsync("b.jpg", "1");
        SimilarityResult all = await _search.FindSimilarAsync(Queries, [Model, Other], 5, -1, SearchFilter.None, CancellationToken);
        float[] cosines = [.. all.ByModel[0].Matches.Select(match => match.Cosine)];

        SimilarityResult first = await _search.FindSimilarAsync(
            Queries, [Model, Other], 5, cosines[0], SearchFilter.None, CancellationToken);
        SimilarityResult none = await _search.FindSimilarAsync(
            Queries, [Model, Other], 5, MathF.BitIncrement(cosines[0]), SearchFilter.None, CancellationToken);

        Assert.Equal(2, all.Fused.Count);
        Assert.All(first.ByModel[0].Matches, match => Assert.True(match.Cosine >= cosines[0]));
        Assert.Equal(cosines.Count(cosine => cosine >= cosines[0]), first.Fused.Count);
        Assert.Empty(none.ByModel[0].Matches);
        Assert.Empty(none.Fused);
        Assert.Equal(2, none.ByModel[0].Images);
    }

    [Fact]
    public async Task The_next_page_of_one_models_list_is_searched_in_what_is_stored_by_then()
    {
        foreach (string name in (string[])["a.jpg", "b.jpg", "d.jpg", "e.jpg"])
        {
            await _storage.WriteAsync(name, "1");
        }

        SimilarityResult first = await _search.FindSimilarAsync(Queries, [Model, Other], 2, -1, SearchFilter.None, CancellationToken);
        _storage.RemoveRow("a.jpg");
        await _storage.Log.AppendAsync(Model, Id("a.jpg").Key, null, CancellationToken);
        await _storage.WriteAsync("c.jpg", "1");
        await _storage.RefreshAsync();
        ModelRanking second = await _search.ContinueAsync(
            Queries[0], 3, -1, SearchFilter.None, first.ByModel[0].Next!, CancellationToken);

        Assert.Equal(["a.jpg", "b.jpg"], Names(first.ByModel[0]));
        Assert.Equal(new SearchPosition(1, "b.jpg"), first.ByModel[0].Next);
        Assert.Null(first.ByModel[1].Next);
        Assert.Equal(["c.jpg", "d.jpg", "e.jpg"], Names(second));
        Assert.Null(second.Next);

        static IEnumerable<string> Names(ModelRanking ranking) => ranking.Matches.Select(match => match.Image.Id.Name);
    }

    [Fact]
    public async Task An_untrained_model_is_shown_and_left_out_of_the_fused_list_while_a_trained_one_is_installed()
    {
        InstalledModel trained = Other with { Weights = WeightsOrigin.ImageNet };
        await _storage.WriteAsync("a.jpg", "1");

        SimilarityResult both = await _search.FindSimilarAsync(
            [Queries[0], Queries[1] with { Model = trained }], [Model, trained], 5, -1, SearchFilter.None, CancellationToken);
        SimilarityResult all = await _search.FindSimilarAsync(Queries, [Model, Other], 5, -1, SearchFilter.None, CancellationToken);

        Assert.Single(both.ByModel[0].Matches);
        Assert.Empty(both.Fused);
        Assert.Single(all.Fused);
    }

    [Fact]
    public async Task The_index_of_a_version_that_responds_no_more_is_dropped()
    {
        await _storage.WriteAsync("a.jpg", "1");
        await _search.FindSimilarAsync(Queries, [Model, Other], 1, -1, SearchFilter.None, CancellationToken);
        SimilarityIndex before = _search.IndexOf(Other);
        InstalledModel next = Other with { Path = "next" };

        await _search.FindSimilarAsync([Queries[0]], [Model, next], 1, -1, SearchFilter.None, CancellationToken);

        Assert.NotSame(before, _search.IndexOf(Other));
        Assert.Same(_storage.Index, _search.IndexOf(Model));
    }

    private SimilarityIndex Index(InstalledModel model) => model == Model
        ? _storage.Index
        : new SimilarityIndex(
            model, _storage.Table, _storage.Log, new SearchOptions(), _storage.Reader, NullLogger<SimilarityIndex>.Instance);
}
