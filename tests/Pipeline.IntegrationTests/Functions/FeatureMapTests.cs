using System.Net;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class FeatureMapTests(RunningPipeline pipeline)
{
    // A grid is 8 maps and 9 gaps of 2 pixels a side; small maps are enlarged to 112 pixels.
    [Theory]
    [InlineData("", 1810)]
    [InlineData("?block=1", 1810)]
    [InlineData("?block=2", 914)]
    [InlineData("?block=3&layout=grid", 914)]
    [InlineData("?block=4&model=vgg16", 914)]
    [InlineData("?block=5&model=VGG16", 914)]
    [InlineData("?model=resnet50", 914)]
    [InlineData("?model=resnet50&block=5", 914)]
    public async Task A_block_of_a_sent_image_is_a_square_grid(string query, int side)
    {
        using HttpResponseMessage response = await pipeline.App.PostAsync(
            $"feature-maps{query}", TestImages.Reference("baseline.jpg"), "image/jpeg");

        (_, RgbImage grid) = await PngFile.ReadAsync(response);

        Assert.Equal((side, side), (grid.Width, grid.Height));
    }

    [Fact]
    public async Task The_grid_is_drawn_from_the_models_own_maps()
    {
        byte[] image = TestImages.Reference("rgb.png");
        InstalledModel model = pipeline.Models.Installed.Single(model => model.Key == "vgg16");
        using var decoder = new ImageDecoder(new ImageLimits());
        Assert.True(decoder.TryDecode(image, 224, 224, Resampling.Quality, out DecodedImage? input, out _));
        using var session = new ModelSession(model);
        ModelOutput maps = (await session.RunAsync([input.Pixels], ["block3_conv3"], TestContext.Current.CancellationToken))[0];

        using HttpResponseMessage response = await pipeline.App.PostAsync("feature-maps?block=3", image, "image/png");
        (_, RgbImage grid) = await PngFile.ReadAsync(response);

        Assert.Equal(FeatureMapGrid.Draw(maps.Values.Span, 256, 56, 56).Pixels.ToArray(), grid.Pixels.ToArray());
        Assert.Equal(
            $"vgg16;weights=\"untrained\";fingerprint=\"{model.Fingerprint}\"", response.Headers.GetValues("Pipeline-Models").Single());
    }

    [Fact]
    public async Task A_stored_image_gives_the_same_image_as_when_it_is_sent()
    {
        byte[] image = TestImages.Reference("palette.png");
        await pipeline.UploadAsync("maps/a/palette.png", image);

        foreach (string query in (string[])["?block=4", "?layout=sheet&model=resnet50"])
        {
            using HttpResponseMessage sent = await pipeline.App.PostAsync($"feature-maps{query}", image, "image/png");
            using HttpResponseMessage stored = await GetAsync($"feature-maps/maps/a/palette.png{query}");
            using HttpResponseMessage escaped = await GetAsync($"feature-maps/maps%2Fa%2Fpalette.png{query}");

            (byte[] expected, _) = await PngFile.ReadAsync(sent);
            Assert.Equal(expected, (await PngFile.ReadAsync(stored)).Encoded);
            Assert.Equal(expected, (await PngFile.ReadAsync(escaped)).Encoded);
        }
    }

    [Fact]
    public async Task The_sheet_has_two_rows_of_three()
    {
        using HttpResponseMessage response = await pipeline.App.PostAsync(
            "feature-maps?layout=sheet", TestImages.Reference("baseline.jpg"), "image/jpeg");

        (_, RgbImage sheet) = await PngFile.ReadAsync(response);

        Assert.Equal((1908, 1332), (sheet.Width, sheet.Height));
    }

    [Theory]
    [InlineData("block=0", "block is a whole number from 1 to 5")]
    [InlineData("block=6", "block is a whole number from 1 to 5")]
    [InlineData("block=x", "block is a whole number from 1 to 5")]
    [InlineData("layout=list", "layout is grid")]
    [InlineData("layout=sheet&block=1", "leave out block")]
    [InlineData("model=alexnet", "model is vgg16 or resnet50")]
    public async Task A_bad_parameter_is_answered_by_what_is_allowed(string query, string detail)
    {
        using HttpResponseMessage posted = await pipeline.App.PostAsync(
            $"feature-maps?{query}", TestImages.Reference("rgb.png"), "image/png");
        using HttpResponseMessage got = await GetAsync($"feature-maps/a.jpg?{query}");

        await FunctionApp.AssertProblemAsync(posted, HttpStatusCode.BadRequest, "invalid-parameter", detail);
        await FunctionApp.AssertProblemAsync(got, HttpStatusCode.BadRequest, "invalid-parameter", detail);
    }

    private Task<HttpResponseMessage> GetAsync(string call) => pipeline.App.Client.GetAsync(call, TestContext.Current.CancellationToken);
}
