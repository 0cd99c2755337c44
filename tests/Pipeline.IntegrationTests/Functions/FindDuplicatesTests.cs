using System.Net;
using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class FindDuplicatesTests(RunningPipeline pipeline)
{
    [Fact]
    public async Task Copies_of_an_image_are_one_group_and_say_whether_their_bytes_are_equal()
    {
        byte[] image = TestImages.LargeBitmap(224, 224, 6001);
        await pipeline.UploadAndWaitAsync(
            ("duplicates/b.bmp", image),
            ("duplicates/a.bmp", image),
            ("duplicates/wider.bmp", TestImages.LargeBitmap(448, 224, 6001)),
            ("duplicates/other.bmp", TestImages.LargeBitmap(224, 224, 6002)));

        JsonNode equal = await pipeline.App.GetAsync("duplicates?prefix=duplicates/&minCosine=0.999999");
        JsonNode all = await pipeline.App.GetAsync("duplicates?prefix=duplicates/&minCosine=0.5&model=ResNet50");
        JsonNode none = await pipeline.App.GetAsync("duplicates?prefix=no-such");

        Assert.Equal(("vgg16", "untrained", 4), (Text(equal, "model"), Text(equal, "weights"), equal["images"]!.GetValue<int>()));
        JsonNode group = Assert.Single(equal["groups"]!.AsArray())!;
        Assert.Equal(
            [("duplicates/a.bmp", 224, 224, true), ("duplicates/b.bmp", 224, 224, true)],
            group["images"]!.AsArray().Select(Image));
        Assert.InRange(group["lowestCosine"]!.GetValue<double>(), 0.999999, 1);
        Assert.Equal("resnet50", Text(all, "model"));
        Assert.Equal(
            [
                ("duplicates/wider.bmp", 448, 224, true), ("duplicates/a.bmp", 224, 224, false),
                ("duplicates/b.bmp", 224, 224, false), ("duplicates/other.bmp", 224, 224, false),
            ],
            Assert.Single(all["groups"]!.AsArray())!["images"]!.AsArray().Select(Image));
        Assert.Empty(none["groups"]!.AsArray());

        static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

        static (string, int, int, bool) Image(JsonNode? image) => (
            Text(image!, "name"), image!["width"]!.GetValue<int>(), image["height"]!.GetValue<int>(), image["identical"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_cosine_that_is_too_low_is_refused_with_what_is_allowed()
    {
        using HttpResponseMessage response = await pipeline.App.Client.GetAsync(
            "duplicates?minCosine=0.2", TestContext.Current.CancellationToken);

        await FunctionApp.AssertProblemAsync(
            response, HttpStatusCode.BadRequest, "invalid-parameter", "minCosine is a number from 0.5 to 1");
    }
}
