using System.Net;
using Pipeline.Client;

namespace Pipeline.Tests.Client;

public class LinkClientTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    private const string Stored =
        $$"""
        {"id":"{{Id}}","url":"https://example.org/","kind":"page","state":"stored","reason":null,"title":"A page","imageName":"links/x.png",
         "tags":["a"],"addedAt":"2026-11-29T08:00:00+00:00","fetchedAt":"2026-11-29T08:00:05+00:00",
         "versions":[{"at":"2026-11-29T08:00:05+00:00","contentHash":"00","cosineToPrevious":null}]}
        """;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_is_added_with_its_tags()
    {
        var server = new FakeServer(FakeServer.Json($$"""{"links":[{{Stored}}],"continue":null}""", HttpStatusCode.Accepted));

        Link link = Assert.Single(await server.Client().AddLinksAsync(
            [new NewLink("https://example.org/", ["a"], LinkKind.Page)], CancellationToken));

        (string method, string address, string body, _) = Assert.Single(server.Requests);
        Assert.Equal(("POST", "https://app.example/api/links"), (method, address));
        Assert.Contains("""{"url":"https://example.org/","tags":["a"],"kind":"page"}""", body, StringComparison.Ordinal);
        Assert.Equal((LinkState.Stored, LinkKind.Page, "A page"), (link.State, link.Kind, link.Title));
        Assert.Null(Assert.Single(link.Versions).CosineToPrevious);
    }

    [Fact]
    public async Task Links_are_listed_page_by_page_with_the_filter_of_the_first()
    {
        var server = new FakeServer(
            FakeServer.Json($$"""{"links":[{{Stored}}],"continue":"{{Id}}"}"""),
            FakeServer.Json($$"""{"links":[{{Stored}}],"continue":null}"""));

        List<Link> links = await server.Client()
            .ListLinksAsync(LinkState.Stored, ["a", "old car"], CancellationToken)
            .ToListAsync(CancellationToken);

        Assert.Equal(2, links.Count);
        Assert.Equal(
            [
                "https://app.example/api/links?state=stored&tag=a&tag=old%20car",
                $"https://app.example/api/links?state=stored&tag=a&tag=old%20car&continue={Id}",
            ],
            server.Requests.Select(request => request.Address));
    }

    [Fact]
    public async Task A_link_is_read_refreshed_and_removed_by_its_id()
    {
        var server = new FakeServer(
            FakeServer.Json(Stored), FakeServer.Json(Stored, HttpStatusCode.Accepted), FakeServer.Empty(HttpStatusCode.NoContent));
        PipelineClient client = server.Client();

        await client.GetLinkAsync(Id, CancellationToken);
        await client.RefreshLinkAsync(Id, CancellationToken);
        await client.DeleteLinkAsync(Id, CancellationToken);

        Assert.Equal(
            [$"GET links/{Id}", $"POST links/{Id}/refresh", $"DELETE links/{Id}"],
            server.Requests.Select(request => $"{request.Method} {request.Address["https://app.example/api/".Length..]}"));
    }

    [Fact]
    public async Task An_id_that_is_a_path_stays_one_part_of_the_address()
    {
        var server = new FakeServer(FakeServer.Empty(HttpStatusCode.NotFound));

        await Assert.ThrowsAsync<PipelineProblemException>(() => server.Client().DeleteLinkAsync("../images/x", CancellationToken));

        Assert.EndsWith("/api/links/..%2Fimages%2Fx", Assert.Single(server.Requests).Address, StringComparison.Ordinal);
    }
}
