using System.Net;
using System.Text.Json.Nodes;
using Pipeline.Cli;
using Pipeline.Cli.Links;
using Pipeline.Cli.Terminal;
using Pipeline.Client;
using Pipeline.Tests.Client;

namespace Pipeline.Tests.Cli.Links;

public class LinkImportTests
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_that_are_refused_do_not_keep_the_others_and_each_is_named_with_its_reason()
    {
        NewLink[] links = [.. Enumerable.Range(0, 250).Select(i => new NewLink($"https://{(i is 7 or 120 ? "bad" : "good")}.example/{i}"))];
        var server = new Links();

        ImportedLinks imported = await LinkImport.RunAsync(server.Client(), links, new NoProgress(), CancellationToken);

        Assert.Equal(
            links.Where(link => link.Url.Contains("good", StringComparison.Ordinal)).Select(link => link.Url),
            imported.Added.Select(link => link.Url));
        Assert.Equal(["https://bad.example/7", "https://bad.example/120"], imported.Refused.Select(refused => refused.Url));
        Assert.All(imported.Refused, refused => Assert.Equal("It is bad.", refused.Reason));
        Assert.InRange(server.Calls, 3, 35);
    }

    [Fact]
    public async Task An_error_that_is_none_about_a_link_ends_it()
    {
        var server = new FakeServer(FakeServer.Json(
            """{"type":"urn:pipeline:problem:storage-denied","title":"","status":403,"detail":"No."}""",
            HttpStatusCode.Forbidden,
            "application/problem+json"));

        await Assert.ThrowsAsync<PipelineProblemException>(
            () => LinkImport.RunAsync(server.Client(), [new NewLink("https://a.example/")], new NoProgress(), CancellationToken));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("https://example.org/vase.jpg")]
    [InlineData(" HTTPS://EXAMPLE.org:443/vase.jpg ")]
    public void A_link_is_named_by_its_address_however_it_is_written(string name) =>
        Assert.Equal(LinkName.IdOf("https://example.org/vase.jpg"), LinkName.IdOf(name));

    [Theory]
    [InlineData("")]
    [InlineData("vase.jpg")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("file:///etc/passwd")]
    public void What_names_no_link_is_refused_before_anything_is_sent(string name) =>
        Assert.Contains("names no link", Assert.Throws<CommandFailure>(() => LinkName.IdOf(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_id_names_its_link() =>
        Assert.Equal("0123456789abcdef0123456789abcdef", LinkName.IdOf("0123456789abcdef0123456789abcdef"));

    private sealed class NoProgress : IProgress<StageProgress>
    {
        public void Report(StageProgress value)
        {
        }
    }

    /// <summary>Takes links as the app does: all of a request or none.</summary>
    private sealed class Links : HttpMessageHandler
    {
        public int Calls { get; private set; }

        public PipelineClient Client() => new(new HttpClient(this) { BaseAddress = FakeServer.Address });

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            JsonArray links = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!["links"]!.AsArray();
            Assert.InRange(links.Count, 1, 100);
            string[] urls = [.. links.Select(link => link!["url"]!.GetValue<string>())];
            bool isRefused = urls.Any(url => url.Contains("bad", StringComparison.Ordinal));
            HttpResponseMessage response = isRefused
                ? FakeServer.Json(
                    """{"type":"urn:pipeline:problem:invalid-link","title":"","status":400,"detail":"It is bad."}""",
                    HttpStatusCode.BadRequest,
                    "application/problem+json")()
                : FakeServer.Json(
                    $$"""{"links":[{{string.Join(',', urls.Select(url => $$"""
                    {"id":"00","url":"{{url}}","state":"queued","tags":[],"addedAt":"2026-11-29T08:00:00Z","versions":[]}
                    """))}}],"continue":null}""",
                    HttpStatusCode.Accepted)();
            response.RequestMessage = request;
            return response;
        }
    }
}
