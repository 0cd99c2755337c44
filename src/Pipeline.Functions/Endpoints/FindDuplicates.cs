using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Duplicates;
using Pipeline.Search.Segments;
using Pipeline.Search.Tags;

namespace Pipeline.Functions.Endpoints;

public sealed class FindDuplicates(
    ServedModels models, ISimilaritySearch search, TagIndex tags, DuplicatesTurn turn, ImageLinks links)
{
    /// <summary>Groups of near-identical images among all that are stored, by one model.</summary>
    [Operation("Search")]
    [Parses(typeof(DuplicatesQuery))]
    [Problems(ProblemTypes.NotWithDatabase, ProblemTypes.DuplicatesUnderWay)]
    [Function(nameof(FindDuplicates))]
    public async Task<Ok<DuplicatesResponse>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "duplicates")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        if (search is not SimilaritySearch indexes)
        {
            throw Problems.NotWithDatabase();
        }

        var query = DuplicatesQuery.Parse(request.Query, (await models.GetAsync(cancellationToken)).Serving);
        if (!await turn.WaitAsync(0, cancellationToken))
        {
            throw Problems.DuplicatesUnderWay();
        }

        try
        {
            long start = Stopwatch.GetTimestamp();
            IndexSnapshot snapshot = await indexes.GetWholeAsync(query.Model, cancellationToken);
            TimeSpan reading = Stopwatch.GetElapsedTime(start);
            TagSnapshot tagged = await tags.GetAsync(cancellationToken);
            var filter = new SearchFilter(Prefix: query.Prefix, Tagged: tagged.KeysWithAll(query.Tags));
            DuplicateResult found = await Task.Run(
                () => DuplicateSearch.Find(snapshot, query.MinCosine, filter, cancellationToken), cancellationToken);
            TimeSpan comparing = Stopwatch.GetElapsedTime(start) - reading;
            ImageUrls urls = await links.FindAsync(cancellationToken);

            // The groups are made as they are written: a response of many takes no more memory than one of few.
            return TypedResults.Ok(new DuplicatesResponse(
                query.Model.Key,
                query.Model.Weights,
                query.Model.Fingerprint.ToString(),
                query.MinCosine,
                found.Images,
                new DuplicatesTimes(reading.TotalMilliseconds, comparing.TotalMilliseconds),
                found.Groups.Select(group => ToContract(group, tagged, urls))));
        }
        finally
        {
            turn.Release();
        }
    }

    private static DuplicateGroup ToContract(JoinedImages group, TagSnapshot tagged, ImageUrls urls)
    {
        IndexedImage first = group.Images[0].Image;
        return new DuplicateGroup(
            group.Highest,
            group.Lowest,
            [
                .. group.Images.Select(match => new DuplicateImage(
                    match.Image.Id.Name,
                    match.Image.Width,
                    match.Image.Height,
                    match.Cosine,
                    match.Image.ContentHash == first.ContentHash,
                    tagged.TagsOf(match.Image.Id.Key),
                    urls.ContentOf(match.Image.Id.Name),
                    ImageUrls.ThumbnailOf(match.Image.Id.Name))),
            ]);
    }
}

/// <summary>
/// One search for duplicates at a time on an instance, which is why this is a singleton: it takes all processors, for 16 s with
/// 100,000 images on two, and several at once would only take longer.
/// </summary>
public sealed class DuplicatesTurn() : SemaphoreSlim(1);

/// <summary>The parameters of a search for duplicates.</summary>
/// <param name="Model">By which model the images are compared; if none is named the first that votes for the fused list.</param>
/// <param name="MinCosine">From this cosine on two images are near-identical, 0.5 to 1; 0.98 if not given.</param>
/// <param name="Prefix">Only images whose names begin with this; empty: all.</param>
/// <param name="Tags">Only images that have all of these tags; empty: all.</param>
[Query("minCosine", "From this cosine on two images are near-identical.",
    Type = typeof(float), Default = DuplicatesQuery.DefaultMinCosine, Min = DuplicatesQuery.LeastMinCosine, Max = 1)]
[ModelQuery("the first that votes for the fused list")]
[PrefixQuery]
[TagQuery]
internal sealed record DuplicatesQuery(InstalledModel Model, float MinCosine, string Prefix, IReadOnlyList<string> Tags)
{
    // Measured with ResNet-18 on the 24 drawings of samples/ and 19 altered copies of each: no copy comes nearer to another drawing than
    // 0.976. Of JPEG copies of quality 90 and 50 and of copies at half size, 24, 22 and 23 of 24 are above it (docs/quality.md).
    public const float DefaultMinCosine = 0.98f;

    // Below it nearly all images of many collections are one group, and most pairs have to be compared by their vectors.
    public const float LeastMinCosine = 0.5f;

    /// <exception cref="ApiProblemException">A parameter is not allowed.</exception>
    /// <param name="query">The query.</param>
    /// <param name="serving">The models that respond to queries.</param>
    public static DuplicatesQuery Parse(IQueryCollection query, IReadOnlyList<InstalledModel> serving)
    {
        InstalledModel first = FusionVotes.Of(serving)[0];
        return new DuplicatesQuery(
            QueryParameters.Model(query, serving, first.Key) ?? first,
            QueryParameters.Cosine(query, "minCosine", DefaultMinCosine, LeastMinCosine),
            QueryParameters.Prefix(query),
            QueryParameters.Tags(query));
    }
}
