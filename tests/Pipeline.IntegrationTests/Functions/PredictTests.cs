using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.ModelBuilding;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class PredictTests(RunningPipeline pipeline)
{
    private static readonly string[] Keys = ["vgg16", "resnet50"];

    [Fact]
    public async Task A_sent_image_gets_five_classes_from_each_model_most_probable_first()
    {
        JsonNode answer = await PredictAsync(TestImages.Reference("baseline.jpg"));

        Assert.Equal((97, 61), (answer["query"]!["width"]!.GetValue<int>(), answer["query"]!["height"]!.GetValue<int>()));
        Assert.Null(answer["query"]!["name"]);
        Assert.False(answer["labelled"]!.GetValue<bool>());
        Assert.Equal(Keys, answer["models"]!.AsObject().Select(model => model.Key));
        foreach (InstalledModel model in pipeline.Models.Installed)
        {
            JsonNode part = answer["models"]![model.Key]!;
            Assert.Equal(
                ("untrained", model.Fingerprint.ToString(), model.Key == "vgg16" ? "int8Dense" : "float32"),
                (part["weights"]!.GetValue<string>(), part["fingerprint"]!.GetValue<string>(), part["precision"]!.GetValue<string>()));
            double[] probabilities = Probabilities(answer, model.Key);
            Assert.Equal(5, probabilities.Length);
            Assert.Equal(probabilities.OrderDescending(), probabilities);
            Assert.InRange(probabilities.Sum(), 0, 1 + 1e-5);
            Assert.All(part["predictions"]!.AsArray(), prediction =>
            {
                Assert.True(prediction!.AsObject().ContainsKey("wnid"));
                Assert.Null(prediction["wnid"]);
                Assert.Null(prediction["label"]);
            });
        }
    }

    [Fact]
    public async Task They_are_the_models_own_largest_outputs()
    {
        byte[] image = TestImages.Reference("rgb.png");
        JsonNode answer = await PredictAsync(image, "?top=100");
        using var decoder = new ImageDecoder(new ImageLimits());
        Assert.True(decoder.TryDecode(image, 224, 224, Resampling.Quality, out DecodedImage? decoded, out _));

        foreach (InstalledModel model in pipeline.Models.Installed)
        {
            using var session = new ModelSession(model);
            ModelOutput output = (await session.RunAsync([decoded.Pixels], ["predictions"], TestContext.Current.CancellationToken))[0];
            float[] expected = output.Values.ToArray();
            JsonArray predictions = answer["models"]![model.Key]!["predictions"]!.AsArray();
            Assert.Equal(100, predictions.Count);
            Assert.Equal(Array.IndexOf(expected, expected.Max()), predictions[0]!["class"]!.GetValue<int>());
            Assert.All(predictions, prediction => Assert.Equal(
                expected[prediction!["class"]!.GetValue<int>()], prediction["probability"]!.GetValue<float>(), 1e-5f));
            Assert.Equal(
                expected.OrderDescending().Take(100).Sum(value => (double)value), Probabilities(answer, model.Key).Sum(), 1e-4);
        }
    }

    [Fact]
    public async Task A_stored_image_gets_the_same_as_when_it_is_sent()
    {
        byte[] image = TestImages.Reference("lossy.webp");
        await pipeline.UploadAsync("predict/deep/lossy.webp", image);

        JsonNode sent = await PredictAsync(image, "?top=7");
        JsonNode stored = await pipeline.App.GetAsync("predictions/predict/deep/lossy.webp?top=7");
        JsonNode escaped = await pipeline.App.GetAsync("predictions/predict%2Fdeep%2Flossy.webp?top=7");

        Assert.Equal("predict/deep/lossy.webp", stored["query"]!["name"]!.GetValue<string>());
        Assert.Equal(sent["query"]!["contentHash"]!.GetValue<string>(), stored["query"]!["contentHash"]!.GetValue<string>());
        Assert.Equal(sent["models"]!.ToJsonString(), stored["models"]!.ToJsonString());
        Assert.Equal(sent["models"]!.ToJsonString(), escaped["models"]!.ToJsonString());
    }

    [Fact]
    public async Task Only_the_model_asked_for_predicts()
    {
        JsonNode answer = await PredictAsync(TestImages.Reference("rgb.png"), "?model=ResNet50&top=1");

        Assert.Equal(["resnet50"], answer["models"]!.AsObject().Select(model => model.Key));
        Assert.Single(Probabilities(answer, "resnet50"));
    }

    [Theory]
    [InlineData("top=0", "top is a whole number from 1 to 100")]
    [InlineData("top=x", "top is a whole number from 1 to 100")]
    [InlineData("model=alexnet", "model is vgg16 or resnet50")]
    public async Task A_bad_parameter_is_answered_by_what_is_allowed(string query, string detail)
    {
        using HttpResponseMessage posted = await pipeline.App.PostAsync(
            $"predictions?{query}", TestImages.Reference("rgb.png"), "image/png");
        using HttpResponseMessage got = await GetAsync($"predictions/a.jpg?{query}");

        await FunctionApp.AssertProblemAsync(posted, HttpStatusCode.BadRequest, "invalid-parameter", detail);
        await FunctionApp.AssertProblemAsync(got, HttpStatusCode.BadRequest, "invalid-parameter", detail);
    }

    [Fact]
    public async Task A_stored_blob_that_is_not_an_image_is_named_with_the_reason()
    {
        await pipeline.UploadAsync("predict/text.jpg", Encoding.UTF8.GetBytes("I am an image, believe me."));
        await pipeline.UploadAsync("predict/large.jpg", [0xFF, 0xD8, 0xFF, .. new byte[21 * 1024 * 1024]]);
        await pipeline.UploadAsync("predict/empty.jpg", []);

        using HttpResponseMessage text = await GetAsync("predictions/predict/text.jpg");
        using HttpResponseMessage large = await GetAsync("predictions/predict/large.jpg");
        using HttpResponseMessage empty = await GetAsync("feature-maps/predict/empty.jpg");

        await FunctionApp.AssertProblemAsync(
            text, HttpStatusCode.UnsupportedMediaType, "unsupported-format", "'predict/text.jpg': This is text; ");
        await FunctionApp.AssertProblemAsync(
            large,
            HttpStatusCode.RequestEntityTooLarge,
            "image-too-large",
            "'predict/large.jpg': The image has 22,020,099 bytes; at most 20,971,520");
        await FunctionApp.AssertProblemAsync(empty, HttpStatusCode.BadRequest, "empty-image", "'predict/empty.jpg': There are no bytes.");
    }

    [Theory]
    [InlineData("predictions/..%2Fprivate%2Fimage.bmp")]
    [InlineData("predictions/..%5Cprivate%5Cimage.bmp")]
    [InlineData("predictions/x%2F..%2F..%2Fprivate%2Fimage.bmp")]
    [InlineData("feature-maps/%2E%2E%2Fprivate%2Fimage.bmp")]
    [InlineData("compare?a=../private/image.bmp&b=../private/image.bmp")]
    [InlineData("compare?a=../private/image.bmp&b=../private/image.bmp&format=png")]
    public async Task No_name_leads_to_another_container(string call)
    {
        BlobContainerClient other = new BlobServiceClient(pipeline.Azurite.ConnectionString).GetBlobContainerClient("private");
        await other.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await other.GetBlobClient("image.bmp").UploadAsync(
            BinaryData.FromBytes(TestImages.Bitmap(1)), overwrite: true, TestContext.Current.CancellationToken);

        using HttpResponseMessage response = await GetAsync(call);

        await FunctionApp.AssertProblemAsync(response, HttpStatusCode.NotFound, "unknown-image", "GET /api/images");
    }

    private static double[] Probabilities(JsonNode answer, string model) =>
        [.. answer["models"]![model]!["predictions"]!.AsArray().Select(prediction => prediction!["probability"]!.GetValue<double>())];

    private Task<HttpResponseMessage> GetAsync(string call) => pipeline.App.Client.GetAsync(call, TestContext.Current.CancellationToken);

    private async Task<JsonNode> PredictAsync(byte[] image, string query = "")
    {
        using HttpResponseMessage response = await pipeline.App.PostAsync($"predictions{query}", image, "application/octet-stream");
        return await FunctionApp.ReadAsync(response, HttpStatusCode.OK);
    }
}
