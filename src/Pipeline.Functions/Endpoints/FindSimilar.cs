using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Primitives;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Search.Tags;
using Pipeline.Storage;

namespace Pipeline.Functions.Endpoints;

public sealed class FindSimilar(
    ServedModels models, QueryEmbedder embedder, ISimilaritySearch search, TagIndex tags, StoredImages stored, ImageLinks links)
{
    /// <summary>The stored images nearest to the one in the body.</summary>
    [Operation("Search")]
    [ImageBody]
    [Parses(typeof(SimilarQuery))]
    [Function(nameof(FindSimilar))]
    public async Task<Ok<SimilarResponse>> ToUploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "similar")] HttpRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var query = SimilarQuery.Parse(request.Query, (await models.GetAsync(cancellationToken)).Serving);
        ReadOnlyMemory<byte> bytes = await Uploads.ReadImageAsync(request, embedder.Limits, cancellationToken);
        QueryImage image = await embedder.EmbedAsync(bytes, query.Models, cancellationToken);
        return await SearchAsync(query, null, image, _ => image.ContentHash, null, start, cancellationToken);
    }

    /// <summary>The stored images nearest to a stored one, without embedding it again.</summary>
    [Operation("Search")]
    [Parses(typeof(SimilarQuery))]
    [Query("includeSelf", "Whether a stored image may be among its own results.", Type = typeof(bool), Default = false)]
    [Problems(ProblemTypes.UnknownImage, ProblemTypes.NotIndexed)]
    [Function("FindSimilarToStored")]
    public async Task<Ok<SimilarResponse>> ToStoredAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "similar/{*name}")] HttpRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var query = SimilarQuery.Parse(request.Query, (await models.GetAsync(cancellationToken)).Serving);
        var name = StoredName.FromPath(request, "GET /api/similar/NAME");
        IReadOnlyDictionary<string, EmbeddingRecord> records = await stored.FindRecordsAsync(name, query.Models, cancellationToken);
        if (records.Count == 0)
        {
            throw await stored.ExistsAsync(name, cancellationToken)
                ? Problems.NotYetIndexed(name.Written, query.Models)
                : Problems.UnknownImage(name.Written);
        }

        // The response describes the newest version; a model that still holds an older one searches with that.
        EmbeddingRecord newest = records.Values.MaxBy(record => record.EmbeddedAt)!;
        IReadOnlyList<ModelEmbedding> embeddings =
        [
            .. query.Models
                .Where(model => records.ContainsKey(model.Key))
                .Select(model => new ModelEmbedding(model, records[model.Key].Embedding)),
        ];
        var image = new QueryImage(newest.ContentHash, newest.Width, newest.Height, embeddings, TimeSpan.Zero, TimeSpan.Zero);
        return await SearchAsync(
            query,
            newest.Id.Name,
            image,
            model => $"{newest.Id.Key} {records[model.Key].ImageETag}",
            query.IncludeSelf ? null : newest.Id.Key,
            start,
            cancellationToken);
    }

    /// <param name="query">The parameters.</param>
    /// <param name="name">The query image's name; null for one that is not stored.</param>
    /// <param name="image">The query image.</param>
    /// <param name="versionOf">Which image a model searched with, and which version of it: of another the pages do not go on.</param>
    /// <param name="excludedKey">An image to leave out, or null.</param>
    /// <param name="start">When the request came.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    private async Task<Ok<SimilarResponse>> SearchAsync(
        SimilarQuery query,
        string? name,
        QueryImage image,
        Func<InstalledModel, string> versionOf,
        string? excludedKey,
        long start,
        CancellationToken cancellationToken)
    {
        long searchStart = Stopwatch.GetTimestamp();

        // Beside the search, which has a log of its own to read, unless it is about tags.
        Task<TagSnapshot> reading = tags.GetAsync(cancellationToken).AsTask();
        TaggedKeys? keys = query.Tags.Count == 0 ? null : (await reading).KeysWithAll(query.Tags);
        var filter = new SearchFilter(excludedKey, query.Prefix, keys);
        SimilarityResult found = query.Continue is { } token
            ? new SimilarityResult([await ContinueAsync(token)], [])
            : await search.FindSimilarAsync(
                image.Embeddings, query.Serving, query.Top, query.MinCosine, filter, cancellationToken);
        TagSnapshot tagged = await reading;
        TimeSpan searching = Stopwatch.GetElapsedTime(searchStart);
        ImageUrls urls = await links.FindAsync(cancellationToken);
        return TypedResults.Ok(new SimilarResponse(
            new ImageInfo(name, image.Width, image.Height, image.ContentHash),
            query.Models.ToDictionary(
                model => model.Key, model => ToContract(model, found.ByModel.FirstOrDefault(ranking => ranking.Model == model))),
            [.. found.Fused.Select(ToFused)],
            new SimilarTimes(
                image.Decoding.TotalMilliseconds,
                image.Embedding.TotalMilliseconds,
                searching.TotalMilliseconds,
                Stopwatch.GetElapsedTime(start).TotalMilliseconds)));

        async Task<ModelRanking> ContinueAsync(PageToken token)
        {
            ModelEmbedding embedding = image.Embeddings[0];
            return token.List == ListOf(embedding.Model)
                ? await search.ContinueAsync(embedding, query.Top, query.MinCosine, filter, token.Position, cancellationToken)
                : throw Problems.InvalidParameter(
                    "continue is of another query: of another image, or another version of it, or with another minCosine, prefix, " +
                    "tag, model or includeSelf. Repeat the query of the page before, or ask again from the first page, without continue.");
        }

        string ListOf(InstalledModel model) => PageToken.ListOf(model, versionOf(model), query.MinCosine, filter);

        // A model that has nothing stored of a stored query image finds nothing.
        ModelMatches ToContract(InstalledModel model, ModelRanking? ranking) => new(
            model.Weights,
            model.Fingerprint.ToString(),
            ranking?.Images ?? 0,
            [.. (ranking?.Matches ?? []).Select(ToSimilar)],
            ranking?.Next is { } next ? new PageToken(model.Fingerprint.ToString(), ListOf(model), next).ToString() : null);

        SimilarImage ToSimilar(Match match) => new(
            match.Image.Id.Name,
            match.Cosine,
            IsDuplicate(match.Image),
            tagged.TagsOf(match.Image.Id.Key),
            urls.ContentOf(match.Image.Id.Name),
            ImageUrls.ThumbnailOf(match.Image.Id.Name));

        FusedImage ToFused(FusedMatch match) => new(
            match.Image.Id.Name,
            match.Score,
            match.Ranks,
            IsDuplicate(match.Image),
            tagged.TagsOf(match.Image.Id.Key),
            urls.ContentOf(match.Image.Id.Name),
            ImageUrls.ThumbnailOf(match.Image.Id.Name));

        bool IsDuplicate(IndexedImage found) => found.ContentHash == image.ContentHash;
    }
}

/// <summary>The parameters of a search.</summary>
/// <param name="Top">Results per list, 1 to 100; 10 if not given.</param>
/// <param name="MinCosine">Nearer than this only, -1 to 1; -1 if not given.</param>
/// <param name="Models">The models asked; all that respond if none is named, and with <paramref name="Continue"/> the one it is of.</param>
/// <param name="Serving">All models that respond, asked or not.</param>
/// <param name="IncludeSelf">Whether a stored query image may be among its own results.</param>
/// <param name="Prefix">Only images whose names begin with this; empty: all.</param>
/// <param name="Tags">Only images that have all of these tags; empty: all.</param>
/// <param name="Continue">Where one model's list goes on; null for the first page of all.</param>
[TopQuery(SimilarQuery.DefaultTop, "results per list")]
[Query("minCosine", "Only images with at least this cosine; in the fused list those that have it by any model that votes.",
    Type = typeof(float), Default = -1f, Min = -1, Max = 1)]
[PrefixQuery]
[TagQuery]
[ModelQuery("all")]
[ContinueQuery("The value of `continue` in a model's part of the response before: the next page of that model's list.")]
internal sealed record SimilarQuery(
    int Top,
    float MinCosine,
    IReadOnlyList<InstalledModel> Models,
    IReadOnlyList<InstalledModel> Serving,
    bool IncludeSelf,
    string Prefix,
    IReadOnlyList<string> Tags,
    PageToken? Continue)
{
    public const int DefaultTop = 10;

    /// <exception cref="ApiProblemException">A parameter is not allowed.</exception>
    /// <param name="query">The query.</param>
    /// <param name="serving">The models that respond to queries.</param>
    public static SimilarQuery Parse(IQueryCollection query, IReadOnlyList<InstalledModel> serving)
    {
        int top = QueryParameters.Top(query, DefaultTop);
        bool includeSelf = false;
        if (query.TryGetValue("includeSelf", out StringValues text) && !bool.TryParse(text, out includeSelf))
        {
            throw Problems.InvalidParameter($"includeSelf={text} is not allowed: includeSelf is true or false.");
        }

        IReadOnlyList<InstalledModel> models = QueryParameters.Models(query, serving);
        PageToken? token = query.TryGetValue("continue", out StringValues page) ? Token(page.ToString()) : null;
        return new SimilarQuery(
            top,
            QueryParameters.Cosine(query, "minCosine", defaultCosine: -1, min: -1),
            token is null ? models : [Continued(token, models)],
            serving,
            includeSelf,
            QueryParameters.Prefix(query),
            QueryParameters.Tags(query),
            token);
    }

    private static PageToken Token(string text) => PageToken.TryParse(text, out PageToken? token)
        ? token
        : throw Problems.InvalidParameter(
            "continue is not what a response gave under that name: it was cut or changed. Send it as it was given, or ask from the first " +
            "page, without continue.");

    private static InstalledModel Continued(PageToken token, IReadOnlyList<InstalledModel> models) =>
        models.FirstOrDefault(model => model.Fingerprint.ToString() == token.Fingerprint)
            ?? throw Problems.InvalidParameter(
                "continue is of another model, or of a version of it that no longer responds, whose cosines would not go on from there. " +
                "Send the same model, or ask again from the first page, without continue.");
}
