using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Links;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>The command <c>links</c> against an app that may fetch from a site of this machine.</summary>
public sealed class LinksCommandTests(LinkApp fixture) : IClassFixture<LinkApp>, IDisposable
{
    private readonly LinkSite _site = fixture.Site;
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-links-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_image_is_added_listed_refreshed_and_removed_by_its_address()
    {
        string url = $"{_site.Address}image.jpg";
        (int addCode, string added) = await RunAsync("links", "add", url, "--tag", "From  Cli", "--wait", "--json");
        (int listCode, string listed) = await RunAsync("links", "list", "--state", "stored", "--tag", "from cli");
        await fixture.App.WaitUntilIndexedAsync(JsonNode.Parse(added)!["links"]![0]!["imageName"]!.GetValue<string>());
        _site.Number = 9002;
        (int refreshCode, string refreshed) = await RunAsync("links", "refresh", url, "--wait", "--json");
        _site.Number = 9001;
        (int askedCode, string asked) = await RunAsync("links", "remove", url);
        (int removeCode, string removed) = await RunAsync("links", "remove", url, "--yes");
        (int againCode, string again) = await RunAsync("links", "remove", url, "--yes");

        Assert.Equal((0, 0, 0, 1, 0, 1), (addCode, listCode, refreshCode, askedCode, removeCode, againCode));
        Assert.Equal("stored", JsonNode.Parse(added)!["links"]![0]!["state"]!.GetValue<string>());
        Assert.Contains("from cli", listed, StringComparison.Ordinal);
        JsonArray versions = JsonNode.Parse(refreshed)!["links"]![0]!["versions"]!.AsArray();
        Assert.Equal(2, versions.Count);
        Assert.InRange(versions[1]!["cosineToPrevious"]!.GetValue<float>(), -1, 0.9999f);
        Assert.Contains("Pass --yes", asked, StringComparison.Ordinal);
        Assert.Contains("Removed '", removed, StringComparison.Ordinal);
        Assert.Contains("GET /api/links", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_or_fails_is_named_with_its_reason_and_the_rest_is_added()
    {
        (int exitCode, string output) = await RunAsync(
            "links", "add", "http://10.0.0.1/a.jpg", $"{_site.Address}missing", $"{_site.Address}image.html", "--wait");
        (int wrongCode, string wrong) = await RunAsync("links", "refresh", "vase.jpg");
        (int stateCode, string state) = await RunAsync("links", "list", "--state", "7");

        Assert.Equal((1, 1, 2), (exitCode, wrongCode, stateCode));
        Assert.Contains("'http://10.0.0.1/a.jpg': ", output, StringComparison.Ordinal);
        Assert.Contains("public internet", output, StringComparison.Ordinal);
        Assert.Contains("404", output, StringComparison.Ordinal);
        Assert.Contains("stored", output, StringComparison.Ordinal);
        Assert.Contains("names no link", wrong, StringComparison.Ordinal);
        Assert.Contains("queued", state, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bookmarks_are_imported_with_their_folders_as_tags_and_exported_again()
    {
        string url = $"{_site.Address}image.jpg?bookmark=1";
        string file = Path.Combine(_folder, "bookmarks.html");
        await File.WriteAllTextAsync(
            file,
            $"""
            <!DOCTYPE NETSCAPE-Bookmark-file-1>
            <DL><p><DT><H3>Trips &amp; sea</H3><DL><p>
            <DT><A HREF="{url}">One</A><DT><A HREF="javascript:alert(1)">Two</A><DT><A HREF="http://192.168.0.1/">Three</A>
            </DL><p></DL><p>
            """,
            TestContext.Current.CancellationToken);
        string exported = Path.Combine(_folder, "exported.html");

        (int dryCode, string dry) = await RunAsync("links", "import", file, "--dry-run");
        (int importCode, string imported) = await RunAsync("links", "import", file, "--tag", "mine");
        (int exportCode, _) = await RunAsync("links", "export", exported, "--tag", "trips & sea");
        (int twiceCode, string twice) = await RunAsync("links", "export", exported);
        (int nothingCode, string nothing) = await RunAsync("links", "import", await WriteAsync("<html>Nothing</html>"));
        (int missingCode, string missing) = await RunAsync("links", "import", Path.Combine(_folder, "missing.html"));

        Assert.Equal((0, 1, 0, 1, 1, 1), (dryCode, importCode, exportCode, twiceCode, nothingCode, missingCode));
        Assert.Contains("1 of javascript:", dry, StringComparison.Ordinal);
        Assert.Contains($"{url}  (trips & sea)", dry, StringComparison.Ordinal);
        Assert.Contains("'http://192.168.0.1/': ", imported, StringComparison.Ordinal);
        string text = await File.ReadAllTextAsync(exported, TestContext.Current.CancellationToken);
        Assert.Contains($"<A HREF=\"{url}\"", text, StringComparison.Ordinal);
        Assert.Contains("TAGS=\"mine,trips &amp; sea\"", text, StringComparison.Ordinal);
        Assert.Contains("--overwrite", twice, StringComparison.Ordinal);
        Assert.Contains("has no bookmarks", nothing, StringComparison.Ordinal);
        Assert.Contains("missing.html", missing, StringComparison.Ordinal);
    }

    private async Task<string> WriteAsync(string text)
    {
        string file = Path.Combine(_folder, "other.html");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        return file;
    }

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        // Of JSON only standard output is read; of everything else errors, too.
        await using CommandProcess command = CommandProcess.Start(
            new Dictionary<string, string> { ["PIPELINE_URL"] = fixture.App.Client.BaseAddress!.ToString() }, arguments);
        int exitCode = await command.WaitForExitAsync();
        return (exitCode, arguments.Contains("--json") ? command.StandardOutput : command.Output);
    }
}
