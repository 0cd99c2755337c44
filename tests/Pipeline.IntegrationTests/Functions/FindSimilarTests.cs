using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.ModelBuilding;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class FindSimilarTests(RunningPipeline pipeline)
{
    private static readonly string[] Files =
        ["baseline.jpg", "rgb.png", "palette.png", "lossy.webp", "animated.gif", "rgb.bmp", "rgb.tif", "grey16.png"];

    [Fact]
    public async Task An_uploaded_image_is_found_by_both_models_side_by_side()
    {
        await UploadFilesAsync();

        JsonNode answer = await pipeline.App.FindSimilarAsync(TestImages.Reference("baseline.jpg"), "?top=5");

        Assert.Equal((97, 61), (answer["query"]!["width"]!.GetValue<int>(), answer["query"]!["height"]!.GetValue<int>()));
        foreach (string model in (string[])["vgg16", "resnet50"])
        {
            JsonNode part = answer["models"]![model]!;
            Assert.Equal("untrained", part["weights"]!.GetValue<string>());
            JsonArray results = part["results"]!.AsArray();
            Assert.Equal(5, results.Count);
            double[] cosines = [.. results.Select(result => result!["cosine"]!.GetValue<double>())];
            Assert.Equal(cosines.OrderDescending(), cosines);
            Assert.All(cosines, cosine => Assert.InRange(cosine, -1, 1));
            Assert.Equal(1, cosines[0], 1e-4);
            Assert.True(results[0]!["duplicate"]!.GetValue<bool>());
        }

        JsonNode first = answer["fused"]![0]!;
        Assert.True(first["duplicate"]!.GetValue<bool>());
        double[] scores = [.. answer["fused"]!.AsArray().Select(match => match!["score"]!.GetValue<double>())];
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.True(scores[0] > 0, "The nearest image is above the mean.");
        Assert.Equal((1, 1), (first["ranks"]!["vgg16"]!.GetValue<int>(), first["ranks"]!["resnet50"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_stored_image_is_left_out_of_its_own_neighbours_unless_asked_for()
    {
        await UploadFilesAsync();

        JsonNode without = await pipeline.App.GetAsync("similar/files/rgb.png?top=100");
        JsonNode with = await pipeline.App.GetAsync("similar/files/rgb.png?top=100&includeSelf=true");

        Assert.Equal("files/rgb.png", without["query"]!["name"]!.GetValue<string>());
        Assert.DoesNotContain("files/rgb.png", Names(without, "vgg16"));
        Assert.DoesNotContain("files/rgb.png", Names(without, "resnet50"));
        Assert.DoesNotContain("files/rgb.png", without["fused"]!.AsArray().Select(result => result!["name"]!.GetValue<string>()));
        Assert.Contains("files/rgb.png", Names(with, "vgg16"));
        Assert.Contains("files/rgb.png", with["fused"]!.AsArray().Select(result => result!["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_byte_identical_copy_is_reported_as_a_duplicate_and_no_other_is()
    {
        byte[] image = TestImages.Bitmap(1001);
        await pipeline.UploadAndWaitAsync(
            ("copies/one.bmp", image), ("copies/two.bmp", image), ("copies/other.bmp", TestImages.Bitmap(1002)));

        JsonNode answer = await pipeline.App.GetAsync("similar/copies/one.bmp?top=100");

        JsonNode[] duplicates =
            [.. answer["models"]!["vgg16"]!["results"]!.AsArray().Where(result => result!["duplicate"]!.GetValue<bool>())!];
        Assert.Equal(["copies/two.bmp"], duplicates.Select(result => result["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Only_images_whose_names_begin_with_the_prefix_are_in_any_list()
    {
        await UploadFilesAsync();
        await pipeline.UploadAndWaitAsync(("préfixe é/one.bmp", TestImages.Bitmap(1101)), ("préfixe e/two.bmp", TestImages.Bitmap(1102)));

        JsonNode answer = await pipeline.App.FindSimilarAsync(
            TestImages.Reference("rgb.png"), $"?top=100&prefix={Uri.EscapeDataString("préfixe é/")}");
        JsonNode none = await pipeline.App.GetAsync("similar/files/rgb.png?prefix=no-such");

        Assert.Equal(["préfixe é/one.bmp"], Names(answer, "vgg16"));
        Assert.Equal(["préfixe é/one.bmp"], Names(answer, "resnet50"));
        Assert.Equal("préfixe é/one.bmp", Assert.Single(answer["fused"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.Equal(1, answer["models"]!["vgg16"]!["images"]!.GetValue<int>());
        Assert.Empty(Names(none, "vgg16"));
        Assert.Empty(none["fused"]!.AsArray());
    }

    [Fact]
    public async Task A_models_list_is_read_page_by_page_while_images_come_and_go()
    {
        await pipeline.UploadAndWaitAsync([.. Enumerable.Range(0, 9).Select(i => ($"neighbours/{i}.bmp", TestImages.Bitmap(5000 + i)))]);
        const string Stored = "similar/neighbours/0.bmp?prefix=neighbours/";
        byte[] image = TestImages.Bitmap(5000);
        string[] all = Names(await pipeline.App.GetAsync($"{Stored}&top=100"), "vgg16");
        JsonNode first = await pipeline.App.GetAsync($"{Stored}&top=3");
        JsonNode firstUploaded = await UploadedAsync("&top=4");

        // The first that the first page has, and one that lies behind it, go; their places are taken by nothing.
        await pipeline.Azurite.Images.DeleteBlobAsync(all[0], cancellationToken: TestContext.Current.CancellationToken);
        await pipeline.Azurite.Images.DeleteBlobAsync(all[4], cancellationToken: TestContext.Current.CancellationToken);
        await pipeline.App.Process.WaitUntilAsync(
            async () =>
            {
                JsonNode now = await pipeline.App.GetAsync($"{Stored}&top=100");
                return new[] { "vgg16", "resnet50" }.All(model => Names(now, model).Length == all.Length - 2);
            },
            "both to be removed by both models");
        JsonNode second = await pipeline.App.GetAsync($"{Stored}&top=2&continue={Token(first, "vgg16")}");
        JsonNode third = await pipeline.App.GetAsync($"{Stored}&top=50&model=VGG16&continue={Token(second, "vgg16")}");
        JsonNode secondUploaded = await UploadedAsync($"&top=100&continue={Token(firstUploaded, "resnet50")}");

        Assert.Equal(all[..3], Names(first, "vgg16"));
        Assert.Equal([all[3], all[5]], Names(second, "vgg16"));
        Assert.Equal(all[6..], Names(third, "vgg16"));
        Assert.Equal(["vgg16"], second["models"]!.AsObject().Select(model => model.Key));
        Assert.Empty(second["fused"]!.AsArray());
        Assert.Null(third["models"]!["vgg16"]!["continue"]);
        string[] both = [.. Names(firstUploaded, "resnet50"), .. Names(secondUploaded, "resnet50")];
        Assert.Equal(both.Length, both.Distinct().Count());
        Assert.Equal(
            Names(await UploadedAsync("&top=100"), "resnet50").Except(Names(firstUploaded, "resnet50")), Names(secondUploaded, "resnet50"));

        string token = Token(first, "vgg16");
        await AssertRefusedAsync($"{Stored}&continue={token[..^4]}", "it was cut or changed");
        await AssertRefusedAsync($"{Stored}&model=resnet50&continue={token}", "another model");
        await AssertRefusedAsync($"{Stored}&minCosine=0.1&continue={token}", "another query");
        await AssertRefusedAsync($"{Stored}&includeSelf=true&continue={token}", "another query");
        await AssertRefusedAsync($"similar/neighbours/0.bmp?continue={token}", "another query");
        await AssertRefusedAsync($"similar/{all[6]}?prefix=neighbours/&continue={token}", "another query");
        await pipeline.UploadAndWaitAsync(("neighbours/0.bmp", TestImages.Bitmap(5010)));
        await AssertRefusedAsync($"{Stored}&continue={token}", "ask again from the first page");

        Task<JsonNode> UploadedAsync(string query) => pipeline.App.FindSimilarAsync(
            image, $"?prefix=neighbours/&minCosine=-0.5{query}");
    }

    [Fact]
    public async Task Only_the_model_asked_for_answers()
    {
        await UploadFilesAsync();

        JsonNode answer = await pipeline.App.FindSimilarAsync(TestImages.Reference("rgb.png"), "?model=ResNet50&top=3");

        Assert.Equal(["resnet50"], answer["models"]!.AsObject().Select(model => model.Key));
        Assert.Equal(3, answer["models"]!["resnet50"]!["results"]!.AsArray().Count);
        Assert.Equal(3, answer["fused"]!.AsArray().Count);
    }

    [Fact]
    public async Task Ten_results_are_given_unless_another_number_is_asked_for()
    {
        await pipeline.UploadAndWaitAsync([.. Enumerable.Range(0, 12).Select(i => ($"ten/{i}.bmp", TestImages.Bitmap(i)))]);

        Assert.Equal(10, Names(await pipeline.App.FindSimilarAsync(TestImages.Bitmap(0)), "vgg16").Length);
        Assert.Single(Names(await pipeline.App.FindSimilarAsync(TestImages.Bitmap(0), "?top=1"), "vgg16"));
    }

    [Fact]
    public async Task A_form_with_the_field_image_is_as_good_as_a_body()
    {
        await UploadFilesAsync();
        using var form = new MultipartFormDataContent();
        form.Add(new StringContent("hello"), "comment");
        var image = new ByteArrayContent(TestImages.Reference("grey16.png"));
        image.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(image, "image", "../../etc/passwd");

        using HttpResponseMessage response = await pipeline.App.Client.PostAsync(
            "similar?top=1", form, TestContext.Current.CancellationToken);
        JsonNode answer = await FunctionApp.ReadAsync(response, HttpStatusCode.OK);

        Assert.True(answer["fused"]![0]!["duplicate"]!.GetValue<bool>());
    }

    [Fact]
    public async Task An_image_is_found_once_its_record_is_two_seconds_old()
    {
        // A first query fills the index, so that what follows can only come from the log of changes.
        await pipeline.App.FindSimilarAsync(TestImages.Bitmap(2001), "?top=1");
        await pipeline.UploadAsync("fresh/one.bmp", TestImages.Bitmap(2001));
        TableClient embeddings = pipeline.Azurite.Tables.GetTableClient("Embeddings");
        await pipeline.App.Process.WaitUntilAsync(
            async () => await embeddings.QueryAsync<TableEntity>(entity => entity.GetString("Name") == "fresh/one.bmp").CountAsync() == 2,
            "both records");

        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        JsonNode answer = await pipeline.App.FindSimilarAsync(TestImages.Bitmap(2001), "?top=1");

        Assert.Equal(["fresh/one.bmp"], Names(answer, "vgg16"));
        Assert.Equal(["fresh/one.bmp"], Names(answer, "resnet50"));
    }

    [Fact]
    public async Task A_new_version_of_an_image_takes_the_place_of_the_old_one()
    {
        await pipeline.UploadAndWaitAsync(("versions/a.bmp", TestImages.Bitmap(3001)));
        await pipeline.UploadAndWaitAsync(("versions/a.bmp", TestImages.Bitmap(3002)));

        JsonNode answer = await pipeline.App.GetAsync("similar/versions/a.bmp?top=1&includeSelf=true");
        JsonNode old = await pipeline.App.FindSimilarAsync(TestImages.Bitmap(3001), "?top=100");

        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(TestImages.Bitmap(3002))),
            answer["query"]!["contentHash"]!.GetValue<string>());
        Assert.DoesNotContain(old["models"]!["vgg16"]!["results"]!.AsArray(), result => result!["duplicate"]!.GetValue<bool>());
    }

    [Fact]
    public async Task The_studys_photographs_each_find_themselves_first()
    {
        string folder = Repository.Path("..", "shared", "study");
        Assert.SkipUnless(Directory.Exists(folder), $"There is no '{folder}': the study's photographs are not part of the repository.");
        string[] photographs = Directory.GetFiles(folder, "*.jpg", SearchOption.AllDirectories);
        Assert.Equal(13, photographs.Length);
        await pipeline.UploadAndWaitAsync([.. photographs.Select(path => ($"study/{Path.GetFileName(path)}", File.ReadAllBytes(path)))]);

        foreach (string path in photographs)
        {
            JsonNode answer = await pipeline.App.FindSimilarAsync(File.ReadAllBytes(path), "?top=1&prefix=study/");

            Assert.Equal([$"study/{Path.GetFileName(path)}"], Names(answer, "vgg16"));
            Assert.Equal([$"study/{Path.GetFileName(path)}"], Names(answer, "resnet50"));
        }
    }

    [Fact]
    public async Task The_samples_each_find_themselves_first()
    {
        string[] samples = [.. Directory.GetFiles(Repository.Path("samples")).Where(
            path => Path.GetExtension(path) is ".jpg" or ".png" or ".webp" or ".gif")];
        Assert.NotEmpty(samples);
        await pipeline.UploadAndWaitAsync([.. samples.Select(path => ($"samples/{Path.GetFileName(path)}", File.ReadAllBytes(path)))]);

        foreach (string path in samples)
        {
            // Another test may have stored the same bytes under another name.
            JsonNode answer = await pipeline.App.FindSimilarAsync(File.ReadAllBytes(path), "?top=1&prefix=samples/");

            Assert.Equal([$"samples/{Path.GetFileName(path)}"], Names(answer, "vgg16"));
            Assert.Equal([$"samples/{Path.GetFileName(path)}"], Names(answer, "resnet50"));
        }
    }

    private Task UploadFilesAsync() =>
        pipeline.UploadAndWaitAsync([.. Files.Select(file => ($"files/{file}", TestImages.Reference(file)))]);

    private async Task AssertRefusedAsync(string path, string detail)
    {
        using HttpResponseMessage response = await pipeline.App.Client.GetAsync(path, TestContext.Current.CancellationToken);
        await FunctionApp.AssertProblemAsync(response, HttpStatusCode.BadRequest, "invalid-parameter", detail);
    }

    private static string Token(JsonNode answer, string model) => answer["models"]![model]!["continue"]!.GetValue<string>();

    private static string[] Names(JsonNode answer, string model) =>
        [.. answer["models"]![model]!["results"]!.AsArray().Select(result => result!["name"]!.GetValue<string>())];
}
