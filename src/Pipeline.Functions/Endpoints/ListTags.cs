using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Search.Tags;

namespace Pipeline.Functions.Endpoints;

public sealed class ListTags(TagIndex tags)
{
    private const int MostTags = 1000;

    /// <summary>The tags of all images that begin with <c>prefix</c>, those of the most images first.</summary>
    [Operation("Tags")]
    [PrefixQuery("Only tags that begin with this.")]
    [Function(nameof(ListTags))]
    public async Task<Ok<TagCountsResponse>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "tags")] HttpRequest request)
    {
        string prefix = QueryParameters.Prefix(request.Query);
        IReadOnlyDictionary<string, int> counts = (await tags.GetAsync(request.HttpContext.RequestAborted)).CountByTag();
        return TypedResults.Ok(new TagCountsResponse(
        [
            .. counts.Where(entry => entry.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
                .Take(MostTags).Select(entry => new TagCount(entry.Key, entry.Value)),
        ]));
    }
}
