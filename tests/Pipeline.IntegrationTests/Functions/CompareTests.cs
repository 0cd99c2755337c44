using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class CompareTests(RunningPipeline pipeline)
{
    private const string Study = "layers=vgg16:fc2,resnet50:predictions";

    private static readonly string[] Keys = ["vgg16", "resnet50"];
    private static readonly byte[] First = TestImages.Reference("baseline.jpg");
    private static readonly byte[] Second = TestImages.Reference("rgb.png");

    [Fact]
    public async Task A_pair_of_stored_images_has_the_cosine_that_search_gives_it()
    {
        // Nearly the same image, so that it is among the nearest whatever else is stored.
        byte[] near = TestImages.Bitmap(4001);
        near.AsSpan(^600..).Clear();
        await pipeline.UploadAndWaitAsync(("pair/a.bmp", TestImages.Bitmap(4001)), ("pair/b.bmp", near));

        JsonNode similar = await pipeline.App.GetAsync("similar/pair/a.bmp?top=20");
        JsonNode pair = await pipeline.App.GetAsync("compare?a=pair/a.bmp&b=pair%2Fb.bmp");

        Assert.Equal(("pair/a.bmp", "pair/b.bmp"), (pair["a"]!["name"]!.GetValue<string>(), pair["b"]!["name"]!.GetValue<string>()));
        Assert.Equal(0, pair["took"]!["embedMs"]!.GetValue<double>());
        Assert.All(Keys, key =>
        {
            float cosine = Neighbour(similar, key)["cosine"]!.GetValue<float>();
            Assert.InRange(cosine, 0.5f, 0.99999f);
            Assert.Equal(cosine, Cosine(pair, key));
        });

        static JsonNode Neighbour(JsonNode answer, string key) =>
            answer["models"]![key]!["results"]!.AsArray().Single(result => result!["name"]!.GetValue<string>() == "pair/b.bmp")!;
    }

    [Fact]
    public async Task A_sent_pair_has_the_cosine_of_the_stored_one()
    {
        await pipeline.UploadAndWaitAsync(("pair/baseline.jpg", First), ("pair/rgb.png", Second));

        JsonNode stored = await pipeline.App.GetAsync("compare?a=pair/baseline.jpg&b=pair/rgb.png");
        JsonNode sent = await CompareAsync(First, Second);

        Assert.Null(sent["a"]!["name"]);
        Assert.Equal(
            (stored["a"]!["contentHash"]!.GetValue<string>(), 97, 61),
            (sent["a"]!["contentHash"]!.GetValue<string>(), sent["a"]!["width"]!.GetValue<int>(), sent["a"]!["height"]!.GetValue<int>()));
        Assert.All(Keys, key => Assert.Equal(Cosine(stored, key), Cosine(sent, key), 1e-6f));
        AssertPart(sent, "vgg16", "int8Dense", "fc2", "quality");
        AssertPart(sent, "resnet50", "float32", "avg_pool", "quality");
    }

    [Fact]
    public async Task Images_are_compared_from_the_moment_they_are_stored()
    {
        await pipeline.UploadAsync("pair/new-a.bmp", TestImages.Bitmap(4003));
        await pipeline.UploadAsync("pair/new-b.bmp", TestImages.Bitmap(4004));

        JsonNode stored = await pipeline.App.GetAsync("compare?a=pair/new-a.bmp&b=pair/new-b.bmp");
        JsonNode sent = await CompareAsync(TestImages.Bitmap(4003), TestImages.Bitmap(4004));

        Assert.All(Keys, key => Assert.Equal(Cosine(sent, key), Cosine(stored, key), 1e-6f));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?" + Study)]
    public async Task An_image_is_like_itself(string query)
    {
        JsonNode pair = await CompareAsync(First, First, query);

        Assert.All(Keys, key => Assert.Equal(1f, Cosine(pair, key), 1e-6f));
    }

    [Fact]
    public async Task Layers_are_compared_as_the_study_did_in_float32_with_Keras_resampling()
    {
        await pipeline.UploadAndWaitAsync(("pair/study-a.jpg", First), ("pair/study-b.png", Second));

        JsonNode search = await CompareAsync(First, Second);
        JsonNode sent = await CompareAsync(First, Second, $"?{Study}");
        JsonNode stored = await pipeline.App.GetAsync($"compare?a=pair/study-a.jpg&b=pair/study-b.png&{Study}");
        JsonNode unnamed = await CompareAsync(First, Second, "?layers=vgg16:block5_pool");

        AssertPart(sent, "vgg16", "float32", "fc2", "keras");
        AssertPart(sent, "resnet50", "float32", "predictions", "keras");
        AssertPart(unnamed, "vgg16", "float32", "block5_pool", "keras");
        AssertPart(unnamed, "resnet50", "float32", "avg_pool", "keras");
        Assert.All(Keys, key => Assert.Equal(Cosine(sent, key), Cosine(stored, key)));
        Assert.All(Keys, key => Assert.NotEqual(Cosine(search, key), Cosine(sent, key)));
    }

    [Fact]
    public async Task A_pair_is_drawn_side_by_side_where_an_image_is_asked_for()
    {
        await pipeline.UploadAndWaitAsync(("pair/drawn-a.jpg", First), ("pair/drawn-b.png", Second));

        using HttpResponseMessage stored = await GetAsync("compare?a=pair/drawn-a.jpg&b=pair/drawn-b.png&format=png");
        using var request = new HttpRequestMessage(HttpMethod.Get, "compare?a=pair/drawn-a.jpg&b=pair/drawn-b.png");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("image/png"));
        using HttpResponseMessage accepted = await pipeline.App.Client.SendAsync(request, TestContext.Current.CancellationToken);
        using HttpResponseMessage sent = await PostAsync(First, Second, "?format=png&" + Study);

        (byte[] expected, RgbImage sheet) = await PngFile.ReadAsync(stored);
        Assert.Equal(expected, (await PngFile.ReadAsync(accepted)).Encoded);
        Assert.InRange(sheet.Height, 400, 520);
        Assert.InRange(sheet.Width, 1000, 1500);
        (_, RgbImage sentSheet) = await PngFile.ReadAsync(sent);
        Assert.Equal(sheet.Height, sentSheet.Height);
        Assert.Matches(
            "^vgg16;weights=\"untrained\";fingerprint=\"[0-9a-f]{12}\", resnet50;weights=\"untrained\"",
            stored.Headers.GetValues("Pipeline-Models").Single());
    }

    [Theory]
    [InlineData("a=x.jpg", "b names no image: GET /api/compare?a=NAME&b=NAME takes in b the name of a stored image")]
    [InlineData("b=x.jpg", "a names no image")]
    [InlineData("a=&b=x.jpg", "a names no image")]
    [InlineData("a=x.jpg&b=y.jpg&format=gif", "format is json, the default, or png")]
    [InlineData(
        "a=x.jpg&b=y.jpg&layers=vgg16:fc9", "'vgg16:fc9' is not one of vgg16:fc2, vgg16:predictions, vgg16:block5_pool, resnet50:avg_pool")]
    [InlineData("a=x.jpg&b=y.jpg&layers=vgg16:fc2,vgg16:predictions", "vgg16 is named twice")]
    [InlineData("a=x.jpg&b=y.jpg&layers=", "'' is not one of")]
    public async Task A_bad_parameter_is_answered_by_what_is_allowed(string query, string detail)
    {
        using HttpResponseMessage response = await GetAsync($"compare?{query}");

        await FunctionApp.AssertProblemAsync(response, HttpStatusCode.BadRequest, "invalid-parameter", detail);
    }

    [Fact]
    public async Task A_name_of_1025_characters_is_no_name_and_an_unknown_one_is_named()
    {
        await pipeline.UploadAsync("pair/known.bmp", TestImages.Bitmap(4005));
        using HttpResponseMessage tooLong = await GetAsync($"compare?a={new string('a', 1025)}&b=pair/known.bmp");
        using HttpResponseMessage firstUnknown = await GetAsync("compare?a=pair/nobody.bmp&b=pair/known.bmp");
        using HttpResponseMessage secondUnknown = await GetAsync("compare?a=pair/known.bmp&b=pair/nobody.bmp&format=png");

        await FunctionApp.AssertProblemAsync(tooLong, HttpStatusCode.BadRequest, "invalid-parameter", "1 to 1024 characters");
        await FunctionApp.AssertProblemAsync(firstUnknown, HttpStatusCode.NotFound, "unknown-image", "'pair/nobody.bmp'");
        await FunctionApp.AssertProblemAsync(secondUnknown, HttpStatusCode.NotFound, "unknown-image", "'pair/nobody.bmp'");
    }

    [Fact]
    public async Task A_form_that_lacks_an_image_gets_an_error_that_names_it()
    {
        using HttpResponseMessage onlyA = await PostAsync(First, null);
        using HttpResponseMessage neither = await PostAsync(null, null);
        using HttpResponseMessage body = await pipeline.App.PostAsync("compare", First, "image/jpeg");

        await FunctionApp.AssertProblemAsync(onlyA, HttpStatusCode.BadRequest, "missing-image", "The form has no field 'b'.");
        await FunctionApp.AssertProblemAsync(neither, HttpStatusCode.BadRequest, "missing-image", "The form has no field 'a' and 'b'.");
        await FunctionApp.AssertProblemAsync(
            body, HttpStatusCode.UnsupportedMediaType, "unsupported-content-type", "a multipart/form-data form with the fields 'a' and " +
                "'b'");
    }

    [Fact]
    public async Task The_image_that_is_not_accepted_is_named()
    {
        byte[] text = Encoding.UTF8.GetBytes("I am an image, believe me.");
        byte[] large = [0xFF, 0xD8, 0xFF, .. new byte[21 * 1024 * 1024]];
        await pipeline.UploadAsync("pair/text.jpg", text);
        await pipeline.UploadAsync("pair/fine.bmp", TestImages.Bitmap(4006));

        using HttpResponseMessage first = await PostAsync(text, Second);
        using HttpResponseMessage second = await PostAsync(First, First[..1500]);
        using HttpResponseMessage tooLarge = await PostAsync(First, large);
        using HttpResponseMessage stored = await GetAsync("compare?a=pair/fine.bmp&b=pair/text.jpg");

        await FunctionApp.AssertProblemAsync(
            first, HttpStatusCode.UnsupportedMediaType, "unsupported-format", "'a': This is text; ");
        await FunctionApp.AssertProblemAsync(
            second, HttpStatusCode.UnprocessableEntity, "damaged-image", "'b': The JPEG cannot be decoded");
        await FunctionApp.AssertProblemAsync(
            tooLarge, HttpStatusCode.RequestEntityTooLarge, "image-too-large", "The field 'b' has more than 20 MB");
        await FunctionApp.AssertProblemAsync(
            stored, HttpStatusCode.UnsupportedMediaType, "unsupported-format", "'pair/text.jpg': This is text; ");
    }

    private static float Cosine(JsonNode pair, string model) => pair["models"]![model]!["cosine"]!.GetValue<float>();

    private static void AssertPart(JsonNode pair, string model, string precision, string layer, string resampling)
    {
        JsonNode part = pair["models"]![model]!;
        Assert.Equal(
            ("untrained", precision, layer, resampling),
            (part["weights"]!.GetValue<string>(), part["precision"]!.GetValue<string>(), part["layer"]!.GetValue<string>(),
                part["resampling"]!.GetValue<string>()));
        Assert.Matches("^[0-9a-f]{12}$", part["fingerprint"]!.GetValue<string>());
    }

    private Task<HttpResponseMessage> GetAsync(string call) => pipeline.App.Client.GetAsync(call, TestContext.Current.CancellationToken);

    private async Task<JsonNode> CompareAsync(byte[] a, byte[] b, string query = "")
    {
        using HttpResponseMessage response = await PostAsync(a, b, query);
        return await FunctionApp.ReadAsync(response, HttpStatusCode.OK);
    }

    private async Task<HttpResponseMessage> PostAsync(byte[]? a, byte[]? b, string query = "")
    {
        using var form = new MultipartFormDataContent { { new StringContent("hello"), "comment" } };
        foreach ((string field, byte[]? image) in new[] { ("b", b), ("a", a) })
        {
            if (image is not null)
            {
                form.Add(new ByteArrayContent(image), field, $"{field}.bin");
            }
        }

        return await pipeline.App.Client.PostAsync($"compare{query}", form, TestContext.Current.CancellationToken);
    }
}
