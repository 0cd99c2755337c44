using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Links;

namespace Pipeline.Functions.Endpoints;

public sealed class ListLinks(LinkTable table)
{
    private const int PageSize = 100;

    /// <summary>The links by pages, in the order of their ids.</summary>
    [Operation("Links")]
    [Query("state", "Only links in this state.", Values = ["queued", "fetching", "stored", "failed"])]
    [TagQuery("Only links that were given all of these tags.")]
    [ContinueQuery]
    [Function(nameof(ListLinks))]
    public async Task<Ok<LinksResponse>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "links")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        IReadOnlyList<string> tags = QueryParameters.Tags(request.Query);
        LinkState? state = State(request.Query["state"].ToString());
        string after = request.Query["continue"].ToString();
        if (after.Length > 0 && !LinkId.IsOne(after))
        {
            throw Problems.InvalidParameter("continue takes only what an earlier response gave under that name.");
        }

        Link[] page = await table.ListAsync(after, state, cancellationToken)
            .Where(link => tags.All(link.Tags.Contains)).Take(PageSize + 1).ToArrayAsync(cancellationToken);
        return TypedResults.Ok(new LinksResponse(
            [.. page.Take(PageSize)], page.Length > PageSize ? page[PageSize - 1].Id : null));
    }

    private static LinkState? State(string text) => text switch
    {
        "" => null,
        "queued" => LinkState.Queued,
        "fetching" => LinkState.Fetching,
        "stored" => LinkState.Stored,
        "failed" => LinkState.Failed,
        _ => throw Problems.InvalidParameter($"state={text} is not allowed: state is queued, fetching, stored or failed."),
    };
}
