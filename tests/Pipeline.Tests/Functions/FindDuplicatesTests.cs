using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Functions.Endpoints;
using Pipeline.Functions.Http;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Models.Store;
using Pipeline.Search;
using Pipeline.Search.Tags;
using Pipeline.Storage;
using Pipeline.Storage.Access;
using Pipeline.Storage.Tags;
using Pipeline.Tests.Search;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Functions;

/// <summary>One search for duplicates at a time, and what it says of the images.</summary>
public sealed class FindDuplicatesTests : IDisposable
{
    private readonly IndexedStorage _storage = new();
    private readonly DuplicatesTurn _turn = new();

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _turn.Dispose();

    [Fact]
    public async Task A_second_search_is_refused_while_one_is_under_way_and_a_later_one_is_not()
    {
        await _storage.WriteAsync("b.jpg", "1");
        await _storage.WriteAsync("a.jpg", "1");
        await _turn.WaitAsync(CancellationToken);

        ApiProblemException refused = await Assert.ThrowsAsync<ApiProblemException>(() => RunAsync(CancellationToken));
        _turn.Release();
        DuplicatesResponse found = await RunAsync(CancellationToken);
        DuplicatesResponse again = await RunAsync(CancellationToken);

        Assert.Equal((503, ProblemTypes.DuplicatesUnderWay), (refused.Problem.StatusCode, refused.Problem.ProblemDetails.Type));
        DuplicateGroup group = Assert.Single(found.Groups);
        Assert.Equal(
            [
                new DuplicateImage("a.jpg", 1, 1, 1, true, [], "/api/content/a.jpg", "/api/thumbnails/a.jpg"),
                new DuplicateImage("b.jpg", 1, 1, 1, false, [], "/api/content/b.jpg", "/api/thumbnails/b.jpg"),
            ],
            group.Images.Select(image => image with { Tags = [] }));
        Assert.Equal((1, 1, 2), (group.HighestCosine, group.LowestCosine, found.Images));
        Assert.Single(again.Groups);
    }

    [Fact]
    public async Task A_caller_that_leaves_gives_the_turn_back()
    {
        await _storage.WriteAsync("a.jpg", "1");
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(left.Token));

        Assert.Equal(1, _turn.CurrentCount);
    }

    private async Task<DuplicatesResponse> RunAsync(CancellationToken left)
    {
        InstalledModel[] models = [IndexedStorage.Model];
        var tables = new PipelineTables(_storage.Tables);
        var served = new ServedModels(
            models,
            new PreviousModels(models, new ModelOptions(), null, NullLogger<PreviousModels>.Instance),
            new RunningModels(new InMemoryState(_storage.Time)),
            new VersionCoverage(new EmbeddingTable(tables), new FailureTable(tables)),
            _storage.Time,
            NullLogger<ServedModels>.Instance);
        HttpRequest request = new DefaultHttpContext { RequestAborted = left }.Request;
        var tags = new TagIndex(
            new TagTable(tables, _storage.Log), _storage.Log, new IndexBlobs(_storage.State), _storage.Time, NullLogger<TagIndex>.Instance);
        var links = new ImageLinks(new SignedAddresses(
            null, new ImagesContainer(new InMemoryImages()), _storage.Time, NullLogger<SignedAddresses>.Instance));
        return (await new FindDuplicates(served, new SimilaritySearch(_ => _storage.Index), tags, _turn, links).RunAsync(request)).Value!;
    }
}
