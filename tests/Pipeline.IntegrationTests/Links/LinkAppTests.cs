using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Links;

/// <summary>The app, with storage of its own and a site that it may fetch from.</summary>
public sealed class LinkApp(SeededModels models) : IAsyncLifetime
{
    internal LinkSite Site { get; private set; } = null!;

    internal Azurite Azurite { get; private set; } = null!;

    internal FunctionApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Site = await LinkSite.StartAsync();
        Azurite = await Azurite.StartNewAsync();
        Dictionary<string, string> settings = Site.Settings(Chromium.Find());
        settings["Models__Folder"] = models.Folder;
        App = await FunctionApp.StartAsync(Azurite, settings);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Azurite.DisposeAsync();
        await Site.DisposeAsync();
    }
}

/// <summary>Links through the app.</summary>
public sealed class LinkAppTests(LinkApp fixture) : IClassFixture<LinkApp>
{
    private readonly LinkSite _site = fixture.Site;
    private readonly Azurite _azurite = fixture.Azurite;
    private readonly FunctionApp _app = fixture.App;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_and_a_page_are_stored_under_their_tags_found_and_removed()
    {
        Chromium.SkipWithout();
        JsonNode added = await AddAsync(new { links = new object[]
        {
            new { url = $"{_site.Address}image.jpg", tags = new[] { "Photo" } },
            new { url = $"{_site.Address}page.jpg", tags = new[] { "reading list", "site" } },
        } });
        string image = added["links"]![0]!["id"]!.GetValue<string>();
        string page = added["links"]![1]!["id"]!.GetValue<string>();

        JsonNode imageLink = await WaitForAsync(image, "stored");
        JsonNode pageLink = await WaitForAsync(page, "stored");
        string name = imageLink["imageName"]!.GetValue<string>();
        string pageName = pageLink["imageName"]!.GetValue<string>();
        await _app.WaitUntilIndexedAsync(name, pageName);

        Assert.Equal(("image", "page"), (imageLink["kind"]!.GetValue<string>(), pageLink["kind"]!.GetValue<string>()));
        Assert.Equal("A page, 9001", pageLink["title"]!.GetValue<string>());
        JsonNode found = await _app.FindSimilarAsync(TestImages.Bitmap(_site.Number), "?tag=photo&top=3");
        Assert.Equal(name, found["models"]!["resnet50"]!["results"]!.AsArray().Single()!["name"]!.GetValue<string>());
        Assert.Equal(
            [pageName],
            (await _app.GetAsync("images?tag=site&tag=reading%20list"))["images"]!.AsArray().Select(node => $"{node!["name"]}"));
        IDictionary<string, string> metadata = (await _azurite.Images.GetBlobClient(pageName)
            .GetPropertiesAsync(cancellationToken: CancellationToken)).Value.Metadata;
        Assert.Equal($"{_site.Address}page.jpg", Uri.UnescapeDataString(metadata["source"]));

        Assert.Equal(HttpStatusCode.NoContent, (await _app.Client.DeleteAsync($"links/{page}", CancellationToken)).StatusCode);
        await FunctionApp.AssertProblemAsync(
            await _app.Client.GetAsync($"links/{page}", CancellationToken), HttpStatusCode.NotFound, "unknown-link", page);
        Assert.False(await _azurite.Images.GetBlobClient(pageName).ExistsAsync(CancellationToken));
        Assert.Equal(image, (await _app.GetAsync("links?state=stored&tag=photo"))["links"]!.AsArray().Single()!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_refresh_says_how_far_the_content_has_moved_and_the_same_bytes_are_no_new_version()
    {
        string id = (await AddAsync(new { url = $"{_site.Address}image.html" }))["links"]![0]!["id"]!.GetValue<string>();
        JsonNode first = await WaitForAsync(id, "stored");
        await _app.WaitUntilIndexedAsync(first["imageName"]!.GetValue<string>());

        await RefreshAsync(id);
        JsonNode same = await WaitForAsync(id, "stored");
        _site.Number = 9002;
        await RefreshAsync(id);
        JsonNode moved = await WaitForAsync(id, "stored");
        _site.Number = 9001;

        Assert.Single(same["versions"]!.AsArray());
        Assert.Null(same["versions"]![0]!["cosineToPrevious"]);
        Assert.Equal(2, moved["versions"]!.AsArray().Count);
        Assert.InRange(moved["versions"]![1]!["cosineToPrevious"]!.GetValue<float>(), -1, 0.9999f);
        Assert.Equal(
            TestImages.Bitmap(9002),
            (await _azurite.Images.GetBlobClient(moved["imageName"]!.GetValue<string>()).DownloadContentAsync(CancellationToken))
                .Value.Content.ToArray());
    }

    [Theory]
    [InlineData("missing", "404")]
    [InlineData("to-metadata", "public internet")]
    [InlineData("text", "neither an image nor a page")]
    public async Task A_link_that_cannot_be_fetched_says_why_and_can_be_added_again(string path, string reason)
    {
        string id = (await AddAsync(new { url = $"{_site.Address}{path}" }))["links"]![0]!["id"]!.GetValue<string>();

        JsonNode failed = await WaitForAsync(id, "failed");
        JsonNode again = await AddAsync(new { url = $"{_site.Address}{path}" });

        Assert.Contains(reason, failed["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal((id, "queued"), ($"{again["links"]![0]!["id"]}", $"{again["links"]![0]!["state"]}"));
        await WaitForAsync(id, "failed");
        Assert.Empty(_site.AskedInside);
    }

    [Theory]
    [InlineData("""{"url":"example.com/a.jpg"}""", 400, "invalid-link")]
    [InlineData("""{"url":"file:///etc/passwd"}""", 400, "invalid-link")]
    [InlineData("""{"url":"http://user:pw@example.com/"}""", 400, "invalid-link")]
    [InlineData("""{"url":"http://127.0.0.1/"}""", 400, "invalid-link")]
    [InlineData("""{"url":"http://169.254.169.254/latest"}""", 400, "invalid-link")]
    [InlineData("""{"url":"http://example.com:22/"}""", 400, "invalid-link")]
    [InlineData("""{"links":[]}""", 400, "invalid-link")]
    [InlineData("""{"links":[{"url":"https://example.com/a.jpg"},{"url":"http://10.0.0.1/"}]}""", 400, "invalid-link")]
    [InlineData("""{}""", 400, "invalid-link")]
    [InlineData("""{"links":[null]}""", 400, "invalid-link")]
    [InlineData("""{"links":[{}]}""", 400, "invalid-link")]
    [InlineData("""{"url":"https://example.com/","tags":[null]}""", 400, "invalid-link")]
    [InlineData("""{"url":"https://example.com/","tags":["a,b"]}""", 400, "invalid-tag")]
    [InlineData("""{"url":"https://example.com/","kind":"film"}""", 400, "malformed-request")]
    [InlineData("""nothing""", 400, "malformed-request")]
    public async Task A_link_that_is_not_allowed_is_refused_at_once(string body, int status, string kind)
    {
        HttpResponseMessage response = await _app.Client.PostAsync(
            "links", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), CancellationToken);

        await FunctionApp.AssertProblemAsync(response, (HttpStatusCode)status, kind, "");
        Assert.DoesNotContain("example.com", (await _app.GetAsync("links")).ToJsonString(), StringComparison.Ordinal);
    }

    private async Task<JsonNode> AddAsync(object body) =>
        await FunctionApp.ReadAsync(await _app.Client.PostAsJsonAsync("links", body, CancellationToken), HttpStatusCode.Accepted);

    private async Task RefreshAsync(string id) => await FunctionApp.ReadAsync(
        await _app.Client.PostAsync($"links/{id}/refresh", null, CancellationToken), HttpStatusCode.Accepted);

    private async Task<JsonNode> WaitForAsync(string id, string state)
    {
        JsonNode link = null!;
        await _app.Process.WaitUntilAsync(
            async () => (link = await _app.GetAsync($"links/{id}"))["state"]!.GetValue<string>() == state, $"the link to be {state}");
        return link;
    }
}
