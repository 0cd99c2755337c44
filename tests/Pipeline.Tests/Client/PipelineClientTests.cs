using System.IO.Pipelines;
using System.Net;
using System.Text;
using Pipeline.Client;

namespace Pipeline.Tests.Client;

public class PipelineClientTests
{
    private const string NoImages = """{"images":[],"continue":null}""";

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://app.example")]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example/api")]
    [InlineData("https://app.example/api/")]
    public void The_address_of_the_app_may_end_with_api_or_not(string address)
    {
        using var client = new PipelineClient(new Uri(address));

        Assert.Equal("https://app.example/api/", client.Address.AbsoluteUri);
    }

    [Theory]
    [InlineData("ftp://app.example")]
    [InlineData("https://user:password@app.example")]
    [InlineData("app")]
    public void An_address_that_is_none_of_a_web_server_is_refused(string address)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => new PipelineClient(new Uri(address, UriKind.RelativeOrAbsolute)));

        Assert.Contains("begins with http:// or https://", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vase.jpg", "vase.jpg")]
    [InlineData("holiday/été 1.jpg", "holiday/%C3%A9t%C3%A9%201.jpg")]
    [InlineData("100%/a?b#c&d+e", "100%25/a%3Fb%23c%26d%2Be")]
    [InlineData("a/../b", "a%2F..%2Fb")]
    [InlineData("a//b/", "a%2F%2Fb%2F")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("a/tags", "a%2Ftags")]
    public async Task An_image_s_name_is_sent_so_that_it_arrives_as_it_is(string name, string sent)
    {
        var server = new FakeServer(FakeServer.Empty(HttpStatusCode.NotFound));

        await Assert.ThrowsAsync<PipelineProblemException>(() => server.Client().FindSimilarAsync(name, null, CancellationToken));

        Assert.Equal($"https://app.example/api/similar/{sent}", Assert.Single(server.Requests).Address);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task A_name_that_no_address_can_have_is_refused_before_it_is_sent(string name)
    {
        var server = new FakeServer(FakeServer.Empty(HttpStatusCode.NotFound));

        await Assert.ThrowsAsync<ArgumentException>(() => server.Client().FindSimilarAsync(name, null, CancellationToken));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Options_are_sent_as_the_app_reads_them_in_every_culture()
    {
        var server = new FakeServer(FakeServer.Empty(HttpStatusCode.NotFound));
        var options = new SimilarOptions
        {
            Top = 5, MinCosine = 0.86f, Prefix = "a/b c", Tags = ["red", "old car"], Model = "vgg16", IncludeSelf = true,
        };

        await Assert.ThrowsAsync<PipelineProblemException>(() => server.Client().FindSimilarAsync("x", options, CancellationToken));

        Assert.EndsWith(
            "/similar/x?top=5&minCosine=0.86&prefix=a%2Fb%20c&tag=red&tag=old%20car&model=vgg16&includeSelf=true",
            Assert.Single(server.Requests).Address,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_problem_is_an_exception_with_its_type_status_and_detail()
    {
        var server = new FakeServer(FakeServer.Json(
            """{"type":"urn:pipeline:problem:unknown-image","title":"No such image","status":404,"detail":"No image here is named 'x'."}""",
            HttpStatusCode.NotFound,
            "application/problem+json"));

        PipelineProblemException problem = await Assert.ThrowsAsync<PipelineProblemException>(
            () => server.Client().PredictAsync("x", cancellationToken: CancellationToken));

        Assert.Equal(
            (ProblemTypes.UnknownImage, 404, "No such image", "No image here is named 'x'.", "No image here is named 'x'."),
            (problem.Type, problem.Status, problem.Title, problem.Detail, problem.Message));
    }

    [Theory]
    [InlineData(401, "refuses the function key")]
    [InlineData(404, "there is no such app")]
    [InlineData(429, "too many requests")]
    [InlineData(302, "redirects")]
    [InlineData(500, "status 500")]
    public async Task An_error_without_a_problem_is_explained(int status, string text)
    {
        var server = new FakeServer(FakeServer.Empty((HttpStatusCode)status, retryAfter: "0"));

        PipelineProblemException problem = await Assert.ThrowsAsync<PipelineProblemException>(
            () => server.Client(key: "secret").FindSimilarAsync("x", null, CancellationToken));

        Assert.Equal((PipelineProblemException.Unspecified, status), (problem.Type, problem.Status));
        Assert.Contains(text, problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("null")]
    [InlineData("{\"images\":[")]
    public async Task A_response_that_is_not_of_the_API_is_named_with_its_address(string body)
    {
        var server = new FakeServer(FakeServer.Json(body));

        InvalidDataException unexpected = await Assert.ThrowsAsync<InvalidDataException>(
            () => server.Client().FindSimilarAsync("x", null, CancellationToken));

        Assert.Contains("https://app.example/api/similar/x", unexpected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_sent_in_a_header_and_never_in_the_address()
    {
        var server = new FakeServer(FakeServer.Json(NoImages));

        await server.Client(key: "secret").ListImagesAsync(cancellationToken: CancellationToken).ToListAsync(CancellationToken);

        Assert.Equal("secret", Assert.Single(server.Requests).Key);
        Assert.DoesNotContain("secret", server.Requests[0].Address, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_with_a_line_feed_is_refused_and_not_shown()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new PipelineClient(FakeServer.Address, "abc\r\nx: y"));

        Assert.DoesNotContain("abc", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_are_read_as_they_are_asked_for()
    {
        var server = new FakeServer(
            FakeServer.Json("""{"images":[{"name":"a","bytes":1,"lastModified":null,"models":{}}],"continue":"n/x"}"""),
            FakeServer.Json("""{"images":[{"name":"b","bytes":2,"lastModified":null,"models":{}}],"continue":null}"""));
        IAsyncEnumerator<ListedImage> images = server.Client().ListImagesAsync(cancellationToken: CancellationToken)
            .GetAsyncEnumerator(CancellationToken);

        Assert.True(await images.MoveNextAsync());
        Assert.Single(server.Requests);
        Assert.True(await images.MoveNextAsync());
        Assert.Equal("b", images.Current.Name);
        Assert.False(await images.MoveNextAsync());
        Assert.Equal("https://app.example/api/images?continue=n%2Fx", server.Requests[1].Address);
    }

    [Fact]
    public async Task A_group_of_duplicates_is_there_before_the_response_ends()
    {
        const string Start =
            """{"model":"vgg16","took":{"a":[1,{"groups":[3]}]},"groups":[{"highestCosine":1,"lowestCosine":1,"images":[]}""";
        var pipe = new Pipe();
        var server = new FakeServer(() => new HttpResponseMessage { Content = new StreamContent(pipe.Reader.AsStream()) });
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(Start), CancellationToken);
        IAsyncEnumerator<DuplicateGroup> groups = server.Client().ListDuplicatesAsync(cancellationToken: CancellationToken)
            .GetAsyncEnumerator(CancellationToken);

        Assert.True(await groups.MoveNextAsync());
        await pipe.Writer.WriteAsync("]}"u8.ToArray(), CancellationToken);
        await pipe.Writer.CompleteAsync();

        Assert.False(await groups.MoveNextAsync());
    }

    [Theory]
    [InlineData("""{"groups":[{"highestCosine":1,"lowestCosine":1,"images":[]}""")]
    [InlineData("""{"groups":3}""")]
    [InlineData("""{"images":3}""")]
    [InlineData("""[]""")]
    [InlineData("""{"groups":[null]}""")]
    [InlineData("")]
    public async Task A_list_of_duplicates_that_breaks_off_is_an_error(string body)
    {
        var server = new FakeServer(FakeServer.Json(body));

        await Assert.ThrowsAsync<InvalidDataException>(
            () => server.Client().ListDuplicatesAsync(cancellationToken: CancellationToken).ToListAsync(CancellationToken).AsTask());
    }

    [Fact]
    public async Task Groups_of_any_length_are_read_whatever_the_pieces_they_arrive_in()
    {
        string[] names = [.. Enumerable.Range(0, 3000).Select(i => $"folder/é{i}")];
        string images = string.Join(
            ',', names.Select(name => $$"""{"name":"{{name}}","width":1,"height":1,"cosine":1,"identical":true}"""));
        string group = $$"""{"highestCosine":1,"lowestCosine":0.5,"images":[{{images}}]}""";
        byte[] body = Encoding.UTF8.GetBytes($$"""{ "model": "m", "groups": [{{group}}, {{group}}] , "more": 1 }""");
        var server = new FakeServer(() => new HttpResponseMessage { Content = new StreamContent(new Dripping(body, 7)) });

        List<DuplicateGroup> groups = await server.Client().ListDuplicatesAsync(cancellationToken: CancellationToken)
            .ToListAsync(CancellationToken);

        Assert.Equal(2, groups.Count);
        Assert.All(groups, read => Assert.Equal(names, read.Images.Select(image => image.Name)));
    }

    /// <summary>Gives at most some bytes at once, as a slow connection does.</summary>
    private sealed class Dripping(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
