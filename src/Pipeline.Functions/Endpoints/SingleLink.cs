using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Links;

namespace Pipeline.Functions.Endpoints;

public sealed class SingleLink(SavedLinks links, LinkTable table)
{
    /// <summary>A link, and what became of it.</summary>
    [Operation("Links")]
    [Problems(ProblemTypes.UnknownLink)]
    [Function("GetLink")]
    public async Task<Ok<Link>> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "links/{id}")] HttpRequest request)
    {
        string id = LinkId.FromPath(request);
        return TypedResults.Ok(await table.FindAsync(id, request.HttpContext.RequestAborted) ?? throw Problems.UnknownLink(id));
    }

    /// <summary>Removes a link and its image.</summary>
    [Operation("Links")]
    [Problems(ProblemTypes.UnknownLink)]
    [Function("DeleteLink")]
    public async Task<NoContent> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "links/{id}")] HttpRequest request)
    {
        string id = LinkId.FromPath(request);
        return await links.RemoveAsync(id, request.HttpContext.RequestAborted) ? TypedResults.NoContent() : throw Problems.UnknownLink(id);
    }

    /// <summary>Fetches a link again, and says with the new version how far it has moved.</summary>
    [Operation("Links")]
    [Problems(ProblemTypes.UnknownLink)]
    [Function("RefreshLink")]
    public async Task<Accepted<Link>> RefreshAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "links/{id}/refresh")] HttpRequest request)
    {
        string id = LinkId.FromPath(request);
        Link link = await links.RefreshAsync(id, request.HttpContext.RequestAborted) ?? throw Problems.UnknownLink(id);
        return TypedResults.Accepted($"/api/links/{id}", link);
    }
}
