using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Links;

namespace Pipeline.Functions.Endpoints;

public sealed class AddLinks(SavedLinks links)
{
    private const int MaxLinks = 100;
    private const string Example = "{\"url\": \"https://example.com/beach.jpg\", \"tags\": [\"beach\"]}";

    /// <summary>Adds links to images and web pages, which are fetched in the background.</summary>
    [Operation("Links")]
    [JsonBody(typeof(LinksRequest))]
    [Problems(ProblemTypes.InvalidLink, ProblemTypes.InvalidTag, ProblemTypes.NoBrowser)]
    [Function(nameof(AddLinks))]
    public async Task<Accepted<LinksResponse>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "links")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        LinksRequest body = await JsonBody.ReadAsync<LinksRequest>(request, Example, cancellationToken);
        IReadOnlyList<NewLink> wanted = (body.Url, body.Links) switch
        {
            ({ } url, null) => [new NewLink(url, body.Tags, body.Kind)],
            (null, { Count: > 0 and <= MaxLinks } several) => several,
            _ => throw Problems.InvalidLink(
                $"The body has neither one 'url' nor 1 to {MaxLinks} 'links'. Send {Example}, or a list of such."),
        };

        // All are checked before one is added.
        foreach (NewLink link in wanted)
        {
            links.Check(link);
        }

        List<Link> added = [];
        foreach (NewLink link in wanted)
        {
            added.Add(await links.AddAsync(link, cancellationToken));
        }

        return TypedResults.Accepted("/api/links", new LinksResponse(added, null));
    }
}
