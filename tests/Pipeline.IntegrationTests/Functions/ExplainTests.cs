using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class ExplainTests(RunningPipeline pipeline)
{
    private const string Pair = "explain?a=why/a.jpg&b=why%2Fb.png";

    [Fact]
    public async Task The_cosine_of_a_network_that_ends_with_an_average_is_that_of_search_and_the_grids_span_what_they_say()
    {
        await StoreAsync();

        JsonNode explained = await pipeline.App.GetAsync($"{Pair}&model=resnet50");
        JsonNode compared = await pipeline.App.GetAsync("compare?a=why/a.jpg&b=why/b.png");

        Assert.Equal(
            ("resnet50", "untrained", "float32", "conv5_block3_out", "embedding"),
            (Text(explained, "model"), Text(explained, "weights"), Text(explained, "precision"), Text(explained, "layer"),
                Text(explained, "method")));
        Assert.Equal(
            compared["models"]!["resnet50"]!["cosine"]!.GetValue<float>(), explained["cosine"]!.GetValue<float>(), 1e-5f);
        Assert.Equal(compared["a"]!.ToJsonString(), explained["a"]!["image"]!.ToJsonString());
        Assert.Equal(compared["b"]!.ToJsonString(), explained["b"]!["image"]!.ToJsonString());
        AssertGrid(explained["a"]!, 7);
        AssertGrid(explained["b"]!, 7);
    }

    [Fact]
    public async Task VGG16_is_the_first_of_these_and_is_explained_by_its_last_block()
    {
        await StoreAsync();

        JsonNode explained = await pipeline.App.GetAsync(Pair);

        Assert.Equal(
            ("vgg16", "block5_conv3", "block"), (Text(explained, "model"), Text(explained, "layer"), Text(explained, "method")));
        AssertGrid(explained["a"]!, 14);
    }

    [Fact]
    public async Task A_pair_is_drawn_side_by_side_and_each_side_alone()
    {
        await StoreAsync();

        using HttpResponseMessage both = await GetAsync($"{Pair}&model=resnet50&format=png");
        using HttpResponseMessage a = await GetAsync($"{Pair}&model=resnet50&format=png&side=a");
        using HttpResponseMessage b = await GetAsync($"{Pair}&model=resnet50&format=png&side=b");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Pair}&model=resnet50");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("image/png"));
        using HttpResponseMessage accepted = await pipeline.App.Client.SendAsync(request, TestContext.Current.CancellationToken);

        (byte[] expected, RgbImage sheet) = await PngFile.ReadAsync(both);
        Assert.Equal(expected, (await PngFile.ReadAsync(accepted)).Encoded);
        Assert.InRange(sheet.Height, 480, 560);
        (byte[] first, RgbImage sideA) = await PngFile.ReadAsync(a);
        Assert.Equal((224, 141), (sideA.Width, sideA.Height));
        Assert.NotEqual(first, (await PngFile.ReadAsync(b)).Encoded);
        Assert.Matches(
            "^resnet50;weights=\"untrained\";fingerprint=\"[0-9a-f]{12}\"$", both.Headers.GetValues("Pipeline-Models").Single());
    }

    [Theory]
    [InlineData("a=x.jpg", "b names no image: GET /api/explain?a=NAME&b=NAME takes in b the name of a stored image")]
    [InlineData("b=x.jpg", "a names no image")]
    [InlineData("a=x.jpg&b=y.jpg&model=alexnet", "model is vgg16 or resnet50, or left out for vgg16")]
    [InlineData("a=x.jpg&b=y.jpg&format=gif", "format is json, the default, or png")]
    [InlineData("a=x.jpg&b=y.jpg&format=png&side=c", "side=c is not allowed: side is a or b, or left out for both side by side")]
    [InlineData("a=x.jpg&b=y.jpg&side=a", "JSON has both: leave it out, or ask for format=png")]
    public async Task A_bad_parameter_is_answered_by_what_is_allowed(string query, string detail)
    {
        using HttpResponseMessage response = await GetAsync($"explain?{query}");

        await FunctionApp.AssertProblemAsync(response, HttpStatusCode.BadRequest, "invalid-parameter", detail);
    }

    [Fact]
    public async Task The_image_that_is_unknown_or_none_is_named()
    {
        await StoreAsync();
        await pipeline.UploadAsync("why/text.jpg", "I am an image, believe me."u8.ToArray());

        using HttpResponseMessage unknown = await GetAsync("explain?a=why/a.jpg&b=why/nobody.jpg");
        using HttpResponseMessage text = await GetAsync("explain?a=why/text.jpg&b=why/b.png");

        await FunctionApp.AssertProblemAsync(unknown, HttpStatusCode.NotFound, "unknown-image", "'why/nobody.jpg'");
        await FunctionApp.AssertProblemAsync(
            text, HttpStatusCode.UnsupportedMediaType, "unsupported-format", "'why/text.jpg': This is text; ");
    }

    private static string Text(JsonNode node, string property) => node[property]!.GetValue<string>();

    private static void AssertGrid(JsonNode side, int cells)
    {
        float[][] grid = side["grid"].Deserialize<float[][]>()!;
        Assert.Equal((cells, cells), (side["rows"]!.GetValue<int>(), side["columns"]!.GetValue<int>()));
        Assert.Equal(cells, grid.Length);
        Assert.All(grid, row => Assert.Equal(cells, row.Length));
        Assert.Equal(
            (grid.Min(row => row.Min()), grid.Max(row => row.Max())),
            (side["min"]!.GetValue<float>(), side["max"]!.GetValue<float>()));
        Assert.InRange(side["min"]!.GetValue<float>(), 0, side["max"]!.GetValue<float>());
        Assert.InRange(side["max"]!.GetValue<float>(), 0, 1);
    }

    private async Task StoreAsync()
    {
        await pipeline.UploadAsync("why/a.jpg", TestImages.Reference("baseline.jpg"));
        await pipeline.UploadAsync("why/b.png", TestImages.Reference("checks.png"));
    }

    private Task<HttpResponseMessage> GetAsync(string call) => pipeline.App.Client.GetAsync(call, TestContext.Current.CancellationToken);
}
