using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs.Models;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>Uploads, deletions and tags by name.</summary>
[Collection(nameof(RunningPipeline))]
public class StoredImageTests(RunningPipeline pipeline)
{
    private HttpClient Client => pipeline.App.Client;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_is_stored_found_under_its_tags_and_deleted()
    {
        HttpResponseMessage created = await PutAsync("stored/a b ü.png?tag=Beach&tag=summer%202026", TestImages.Bitmap(8001));
        JsonNode stored = await FunctionApp.ReadAsync(created, HttpStatusCode.Created);
        Assert.Equal("stored/a b ü.png", stored["name"]!.GetValue<string>());
        Assert.Equal(["beach", "summer 2026"], Texts(stored["tags"]));
        Assert.Equal("image/bmp", (await pipeline.Azurite.Images.GetBlobClient("stored/a b ü.png")
            .GetPropertiesAsync(cancellationToken: CancellationToken)).Value.ContentType);

        await pipeline.App.WaitUntilIndexedAsync("stored/a b ü.png");
        JsonNode found = await pipeline.App.FindSimilarAsync(TestImages.Bitmap(8001), "?tag=BEACH&top=3&prefix=stored/");
        Assert.All(["vgg16", "resnet50"], model => Assert.Equal(
            ["beach", "summer 2026"], Texts(found["models"]![model]!["results"]![0]!["tags"])));
        JsonNode one = await pipeline.App.GetAsync("images/stored/a%20b%20%C3%BC.png");
        Assert.Equal("indexed", one["models"]!["vgg16"]!["state"]!.GetValue<string>());

        HttpResponseMessage deleted = await Client.DeleteAsync(Address("stored/a b ü.png"), CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await FunctionApp.AssertProblemAsync(
            await Client.DeleteAsync(Address("stored/a b ü.png"), CancellationToken), HttpStatusCode.NotFound, "unknown-image", "a b ü");
        await pipeline.App.Process.WaitUntilAsync(async () => !(await NamesAsync("images?tag=beach")).Any(), "the tags to go");
    }

    [Fact]
    public async Task An_image_that_is_there_is_replaced_unless_the_request_says_not_to()
    {
        await PutAsync("stored/twice.png", TestImages.Bitmap(8002));

        using var request = new HttpRequestMessage(HttpMethod.Put, Address("stored/twice.png"));
        request.Content = Image(TestImages.Bitmap(8003));
        request.Headers.Add("If-None-Match", "*");
        await FunctionApp.AssertProblemAsync(
            await Client.SendAsync(request, CancellationToken), HttpStatusCode.PreconditionFailed, "image-exists", "stored/twice.png");
        Assert.Equal(HttpStatusCode.OK, (await PutAsync("stored/twice.png", TestImages.Bitmap(8003))).StatusCode);

        BlobDownloadResult blob = await pipeline.Azurite.Images.GetBlobClient("stored/twice.png").DownloadContentAsync(CancellationToken);
        Assert.Equal(TestImages.Bitmap(8003), blob.Content.ToArray());
    }

    [Theory]
    [InlineData("stored/no.png", "not an image", HttpStatusCode.UnsupportedMediaType, "unsupported-format")]
    [InlineData("stored/no.png", "", HttpStatusCode.BadRequest, "empty-image")]
    [InlineData("stored/a%5Cb.png", null, HttpStatusCode.BadRequest, "invalid-parameter")]
    [InlineData("stored/a%0Ab.png", null, HttpStatusCode.BadRequest, "invalid-parameter")]
    [InlineData("stored/end%2F", null, HttpStatusCode.BadRequest, "invalid-parameter")]
    [InlineData("stored/no.png?tag=a,b", null, HttpStatusCode.BadRequest, "invalid-tag")]
    public async Task What_cannot_be_stored_is_refused_and_nothing_is_there(
        string path, string? content, HttpStatusCode status, string kind)
    {
        byte[] bytes = content is null ? TestImages.Bitmap(8004) : Encoding.UTF8.GetBytes(content);

        await FunctionApp.AssertProblemAsync(
            await Client.PutAsync($"images/{path}", Image(bytes), CancellationToken), status, kind, "");

        Assert.DoesNotContain("stored/no.png", await NamesAsync("images?prefix=stored/no"));
    }

    [Theory]
    [InlineData("DELETE", "images")]
    [InlineData("DELETE", "images/")]
    [InlineData("PUT", "images/")]
    [InlineData("PUT", "images//tags")]
    [InlineData("GET", "images//tags")]
    public async Task A_path_without_a_name_is_refused(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = Image(TestImages.Bitmap(1)) };

        HttpResponseMessage response = await Client.SendAsync(request, CancellationToken);

        Assert.InRange((int)response.StatusCode, 400, 415);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_damaged_image_is_refused_at_once()
    {
        byte[] whole = TestImages.Bitmap(8005);

        HttpResponseMessage response = await PutAsync("stored/cut.bmp", whole[..(whole.Length / 2)]);

        await FunctionApp.AssertProblemAsync(response, HttpStatusCode.UnprocessableEntity, "damaged-image", "");
    }

    [Fact]
    public async Task Tags_are_replaced_removed_counted_and_kept_when_the_image_is_embedded_again()
    {
        await pipeline.UploadAndWaitAsync(("tagged/one.bmp", TestImages.Bitmap(8010)), ("tagged/two.bmp", TestImages.Bitmap(8011)));
        Assert.Empty(Texts((await pipeline.App.GetAsync("images/tagged/one.bmp/tags"))["tags"]));

        JsonNode set = await FunctionApp.ReadAsync(await TagAsync("tagged/one.bmp", "Kept One", "gone"), HttpStatusCode.OK);
        await TagAsync("tagged/two.bmp", "kept  one");
        HttpResponseMessage removed = await Client.DeleteAsync("images/tagged/one.bmp/tags?tag=GONE", CancellationToken);
        await pipeline.UploadAndWaitAsync(("tagged/one.bmp", TestImages.Bitmap(8012)));

        Assert.Equal(["gone", "kept one"], Texts(set["tags"]));
        Assert.Equal(["kept one"], Texts((await FunctionApp.ReadAsync(removed, HttpStatusCode.OK))["tags"]));
        Assert.Equal(["kept one"], Texts((await pipeline.App.GetAsync("images/tagged/one.bmp/tags"))["tags"]));
        Assert.Equal(["tagged/one.bmp", "tagged/two.bmp"], await EventuallyAsync("images?tag=kept%20one", 2));
        Assert.Equal(["tagged/two.bmp"], await NamesAsync("images?tag=kept%20one&prefix=tagged/t"));
        JsonNode counts = await pipeline.App.GetAsync("tags?prefix=kept");
        Assert.Equal(2, counts["tags"]!.AsArray().Single(tag => tag!["tag"]!.GetValue<string>() == "kept one")!["images"]!.GetValue<int>());
        HttpResponseMessage all = await Client.DeleteAsync("images/tagged/two.bmp/tags", CancellationToken);
        Assert.Empty(Texts((await FunctionApp.ReadAsync(all, HttpStatusCode.OK))["tags"]));
        Assert.Equal(["tagged/one.bmp"], await EventuallyAsync("images?tag=kept%20one", 1));
    }

    [Fact]
    public async Task Pages_of_tagged_images_follow_one_another()
    {
        string[] names = [.. Enumerable.Range(0, 103).Select(i => $"tagpages/{i:d3}.bmp")];
        foreach (string[] batch in names.Chunk(20))
        {
            await Task.WhenAll(batch.Select(name => PutAsync($"{name}?tag=many%20pages", TestImages.Bitmap(8020))));
        }

        await pipeline.App.Process.WaitUntilAsync(
            async () => (await pipeline.App.GetAsync("images?tag=many%20pages"))["continue"] is not null, "a second page");
        JsonNode first = await pipeline.App.GetAsync("images?tag=many%20pages");
        JsonNode second = await pipeline.App.GetAsync(
            $"images?tag=many%20pages&continue={Uri.EscapeDataString(first["continue"]!.GetValue<string>())}");

        Assert.Equal(names, Names(first).Concat(Names(second)));
        Assert.Null(second["continue"]);
        HttpResponseMessage wrong = await Client.GetAsync("images?tag=many%20pages&continue=!", CancellationToken);
        await FunctionApp.AssertProblemAsync(wrong, HttpStatusCode.BadRequest, "invalid-parameter", "continue");
    }

    [Theory]
    [InlineData("""{"tags":["a,b"]}""", HttpStatusCode.BadRequest, "invalid-tag")]
    [InlineData("""{"tags":["a\u0000b"]}""", HttpStatusCode.BadRequest, "invalid-tag")]
    [InlineData("""{"tags":[null]}""", HttpStatusCode.BadRequest, "malformed-request")]
    [InlineData("""{"tags":"a"}""", HttpStatusCode.BadRequest, "malformed-request")]
    [InlineData("""["a"]""", HttpStatusCode.BadRequest, "malformed-request")]
    [InlineData("tags", HttpStatusCode.BadRequest, "malformed-request")]
    [InlineData("", HttpStatusCode.BadRequest, "malformed-request")]
    public async Task A_body_that_has_no_tags_says_what_is_expected(string body, HttpStatusCode status, string kind)
    {
        await PutAsync("tagged/bad.bmp", TestImages.Bitmap(8013));

        HttpResponseMessage response = await Client.PutAsync(
            "images/tagged/bad.bmp/tags", new StringContent(body, Encoding.UTF8, "application/json"), CancellationToken);

        await FunctionApp.AssertProblemAsync(response, status, kind, "");
    }

    [Fact]
    public async Task Tags_beyond_what_is_allowed_and_of_unknown_images_are_refused()
    {
        await PutAsync("tagged/bad.bmp", TestImages.Bitmap(8013));
        string[] thousand = [.. Enumerable.Range(0, 1000).Select(i => $"tag {i}")];

        await FunctionApp.AssertProblemAsync(
            await TagAsync("tagged/bad.bmp", thousand), HttpStatusCode.BadRequest, "invalid-tag", "50");
        await FunctionApp.AssertProblemAsync(
            await TagAsync("tagged/bad.bmp", new string('x', 300)), HttpStatusCode.BadRequest, "invalid-tag", "300");
        await FunctionApp.AssertProblemAsync(
            await TagAsync("tagged/bad.bmp", new string('x', 300_000)), HttpStatusCode.BadRequest, "malformed-request", "256 kB");
        await FunctionApp.AssertProblemAsync(
            await TagAsync("tagged/none.bmp", "a"), HttpStatusCode.NotFound, "unknown-image", "tagged/none.bmp");
        await FunctionApp.AssertProblemAsync(
            await Client.PutAsync("images/tagged/bad.bmp/tags", new StringContent("a"), CancellationToken),
            HttpStatusCode.UnsupportedMediaType, "unsupported-content-type", "application/json");
        await FunctionApp.AssertProblemAsync(
            await Client.GetAsync("images?tag=", CancellationToken), HttpStatusCode.BadRequest, "invalid-tag", "empty");
    }

    [Fact]
    public async Task Tags_that_other_tools_set_at_the_blob_are_adopted_and_followed()
    {
        var blob = pipeline.Azurite.Images.GetBlobClient("tagged/by-others.bmp");
        await UploadAsync(8014, "from, Metadata ,,x");
        await EventuallyTaggedAsync("from", "metadata", "place=hall 7", "sale", "x");

        await Client.DeleteAsync("images/tagged/by-others.bmp/tags?tag=x", CancellationToken);
        await UploadAsync(8015, "from, new, x");
        await EventuallyTaggedAsync("from", "new", "place=hall 7", "sale");

        async Task UploadAsync(int number, string metadata) => await blob.UploadAsync(
            BinaryData.FromBytes(TestImages.Bitmap(number)),
            new BlobUploadOptions
            {
                Metadata = new Dictionary<string, string> { ["Tags"] = metadata },
                Tags = new Dictionary<string, string> { ["place"] = "Hall 7", ["sale"] = "true" },
            },
            CancellationToken);

        Task EventuallyTaggedAsync(params string[] tags) => pipeline.App.Process.WaitUntilAsync(
            async () => Texts((await pipeline.App.GetAsync("images/tagged/by-others.bmp/tags"))["tags"]).SequenceEqual(tags),
            $"the tags {string.Join(", ", tags)}");
    }

    private async Task<string[]> EventuallyAsync(string path, int count)
    {
        await pipeline.App.Process.WaitUntilAsync(async () => (await NamesAsync(path)).Length == count, $"{count} images at {path}");
        return await NamesAsync(path);
    }

    private async Task<string[]> NamesAsync(string path) => Names(await pipeline.App.GetAsync(path));

    private static string[] Names(JsonNode page) => [.. page["images"]!.AsArray().Select(image => image!["name"]!.GetValue<string>())];

    private static string[] Texts(JsonNode? array) => [.. array!.AsArray().Select(text => text!.GetValue<string>())];

    private static ByteArrayContent Image(byte[] bytes) => new(bytes) { Headers = { ContentType = new("application/octet-stream") } };

    private static string Address(string name) => $"images/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}";

    private Task<HttpResponseMessage> PutAsync(string path, byte[] image)
    {
        string[] parts = path.Split('?');
        return Client.PutAsync($"{Address(parts[0])}{(parts.Length > 1 ? $"?{parts[1]}" : "")}", Image(image), CancellationToken);
    }

    private Task<HttpResponseMessage> TagAsync(string name, params string[] tags) =>
        Client.PutAsJsonAsync($"{Address(name)}/tags", new { tags }, CancellationToken);
}
