using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipeline.IntegrationTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>The document of the API, and the page that shows it.</summary>
[Collection(nameof(RunningPipeline))]
public class ApiDocsTests(RunningPipeline pipeline)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    private Uri Address => pipeline.App.Client.BaseAddress!;

    [Fact]
    public async Task The_document_is_served_as_it_is_committed()
    {
        using HttpResponseMessage response = await pipeline.App.Client.GetAsync("openapi.json", CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            await File.ReadAllTextAsync(Repository.Path("docs", "openapi.json"), CancellationToken),
            await response.Content.ReadAsStringAsync(CancellationToken));
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br, gzip;q=0.5", true)]
    [InlineData("identity", false)]
    [InlineData("gzip;q=0", false)]
    public async Task The_viewers_script_is_compressed_for_who_accepts_it(string accepted, bool compressed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "docs/scalar.js");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        using HttpResponseMessage response = await pipeline.App.Client.SendAsync(request, CancellationToken);
        byte[] content = await response.Content.ReadAsByteArrayAsync(CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(compressed, response.Content.Headers.ContentEncoding.Contains("gzip"));
        Assert.Equal(compressed, content is [0x1f, 0x8b, ..]);
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
    }

    [Theory]
    [InlineData("docs/nothing.js")]
    [InlineData("docs/..%2fhost.json")]
    [InlineData("docs/gallery/app.js")]
    public Task What_is_no_file_of_the_page_is_an_unknown_address(string path) =>
        pipeline.App.AssertUnknownAddressAsync(path);

    [Fact]
    public async Task A_browser_shows_the_document_sends_a_request_and_asks_no_other_server()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        IPage page = await chromium.Browser.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        SetDefaultExpectTimeout(60_000);
        List<string> complaints = [];
        List<string> asked = [];
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) => complaints.AddRange(message.Type is "error" ? [message.Text] : []);
        page.Request += (_, request) => asked.Add(request.Url);

        await page.GotoAsync(new Uri(Address, "docs#tag/app/GET/health").ToString());
        JsonNode document = await pipeline.App.GetAsync("openapi.json");
        foreach (JsonNode? group in document["tags"]!.AsArray())
        {
            string name = group!["name"]!.GetValue<string>();
            await Expect(page.GetByText(new Regex($"(Open|Close) Group - {name}")).First).ToBeAttachedAsync();
        }

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Test Request" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Send" }).First.ClickAsync();
        await Expect(page.GetByText("200 OK").First).ToBeVisibleAsync();

        Assert.Empty(complaints);
        Assert.Contains(new Uri(Address, "health").ToString(), asked);
        string[] schemes = [Address.GetLeftPart(UriPartial.Authority), "data:", "blob:"];
        Assert.All(asked, url => Assert.True(schemes.Any(scheme => url.StartsWith(scheme, StringComparison.Ordinal)), url));
    }
}
