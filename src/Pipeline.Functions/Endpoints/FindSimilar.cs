using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Primitives;
using Pipeline.Functions.Http;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Functions.Endpoints;

public sealed class FindSimilar(ServedModels models, QueryEmbedder embedder, ISimilaritySearch search, StoredImages stored)
{
    /// <summary>The stored images nearest to the one in the body.</summary>
    [Function(nameof(FindSimilar))]
    public async Task<Ok<SimilarResponse>> ToUploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "similar")] HttpRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var query = SimilarQuery.Parse(request.Query, (await models.GetAsync(cancellationToken)).Serving);
        ReadOnlyMemory<byte> bytes = await Uploads.ReadImageAsync(request, embedder.Limits, cancellationToken);
        QueryImage image = await embedder.EmbedAsync(bytes, query.Models, cancellationToken);
        return await SearchAsync(query, null, image, null, start, cancellationToken);
    }

    /// <summary>The stored images nearest to a stored one, without embedding it again.</summary>
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
        return await SearchAsync(query, newest.Id.Name, image, query.IncludeSelf ? null : newest.Id.Key, start, cancellationToken);
    }

    private async Task<Ok<SimilarResponse>> SearchAsync(
        SimilarQuery query, string? name, QueryImage image, string? excludedKey, long start, CancellationToken cancellationToken)
    {
        long searchStart = Stopwatch.GetTimestamp();
        SimilarityResult found = await search.FindSimilarAsync(
            image.Embeddings, query.Serving, query.Top, query.MinCosine, new SearchFilter(excludedKey, query.Prefix), cancellationToken);
        TimeSpan searching = Stopwatch.GetElapsedTime(searchStart);
        return TypedResults.Ok(new SimilarResponse(
            new ImageInfo(name, image.Width, image.Height, image.ContentHash),
            query.Models.ToDictionary(
                model => model.Key, model => ToContract(model, found.ByModel.FirstOrDefault(ranking => ranking.Model == model))),
            [.. found.Fused.Select(match => new FusedImage(match.Image.Id.Name, match.Score, match.Ranks, IsDuplicate(match.Image)))],
            new SimilarTimes(
                image.Decoding.TotalMilliseconds,
                image.Embedding.TotalMilliseconds,
                searching.TotalMilliseconds,
                Stopwatch.GetElapsedTime(start).TotalMilliseconds)));

        // A model that has nothing stored of a stored query image finds nothing.
        ModelMatches ToContract(InstalledModel model, ModelRanking? ranking) => new(
            model.Weights,
            model.Fingerprint.ToString(),
            ranking?.Images ?? 0,
            [.. (ranking?.Matches ?? []).Select(match => new SimilarImage(match.Image.Id.Name, match.Cosine, IsDuplicate(match.Image)))]);

        bool IsDuplicate(IndexedImage found) => found.ContentHash == image.ContentHash;
    }
}

/// <summary>The parameters of a search.</summary>
/// <param name="Top">Results per list, 1 to 100; 10 if not given.</param>
/// <param name="MinCosine">Nearer than this only, -1 to 1; -1 if not given.</param>
/// <param name="Models">The models asked; all that respond if none is named.</param>
/// <param name="Serving">All models that respond, asked or not.</param>
/// <param name="IncludeSelf">Whether a stored query image may be among its own results.</param>
/// <param name="Prefix">Only images whose names begin with this; empty: all.</param>
internal sealed record SimilarQuery(
    int Top, float MinCosine, IReadOnlyList<InstalledModel> Models, IReadOnlyList<InstalledModel> Serving, bool IncludeSelf, string Prefix)
{
    private const int DefaultTop = 10;

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

        string prefix = query["prefix"].ToString();
        if (prefix.Length > ImageId.MaxNameLength)
        {
            throw Problems.InvalidParameter($"prefix takes at most {ImageId.MaxNameLength} characters: what an image's name begins with.");
        }

        if (!query.TryGetValue("minCosine", out StringValues limit))
        {
            limit = "-1";
        }

        return float.TryParse(limit, NumberStyles.Float, CultureInfo.InvariantCulture, out float minCosine) && minCosine is >= -1 and <= 1
            ? new SimilarQuery(top, minCosine, QueryParameters.Models(query, serving), serving, includeSelf, prefix)
            : throw Problems.InvalidParameter($"minCosine={limit} is not allowed: minCosine is a number from -1 to 1, such as 0.86.");
    }
}
