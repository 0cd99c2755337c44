using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class StudyTests(RunningPipeline pipeline)
{
    private static readonly byte[] A = TestImages.Reference("baseline.jpg");
    private static readonly byte[] B = TestImages.Reference("rgb.png");
    private static readonly byte[] C = TestImages.Reference("rgb.bmp");

    [Fact]
    public async Task Three_images_are_studied_and_again_with_the_same_outcome()
    {
        using HttpResponseMessage response = await PostAsync("?n=2&seed=5", ("c", C), ("b", B), ("a", A));
        using HttpResponseMessage again = await PostAsync("?n=2&seed=5", ("a", A), ("b", B), ("c", C));
        JsonNode study = await FunctionApp.ReadAsync(response, HttpStatusCode.OK);

        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["a", "b", "c"], study["pictures"]!.AsArray().Select(image => image!["name"]!.GetValue<string>()));
        Assert.Equal(["reference", "same kind", "other"], study["pictures"]!.AsArray().Select(image => image!["role"]!.GetValue<string>()));
        Assert.Equal((2, 5), (study["conditions"]!["augmentations"]!.GetValue<int>(), study["conditions"]!["seed"]!.GetValue<int>()));
        Assert.All(study["conditions"]!["models"]!.AsArray(), model => Assert.Equal(
            ("untrained", "float32"), (model!["weights"]!.GetValue<string>(), model["precision"]!.GetValue<string>())));
        Assert.Equal(3, study["pairs"]!.AsArray().Count);
        Assert.Equal(2, study["augmentations"]!["variants"]!.AsArray().Count);
        Assert.Equal(
            ["vgg16:fc2", "vgg16:predictions", "resnet50:avg_pool", "resnet50:predictions"],
            study["pairs"]![0]!["cosines"]!.AsObject().Select(cosine => cosine.Key));
        Assert.Equal(5, study["robustness"]!.AsArray().Count);
        Assert.Equal(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pair_has_the_cosine_that_the_comparison_of_the_studys_layers_gives_it()
    {
        using HttpResponseMessage studied = await PostAsync("?n=0", ("a", A), ("b", B));
        JsonNode study = await FunctionApp.ReadAsync(studied, HttpStatusCode.OK);
        using MultipartFormDataContent form = Form(("a", A), ("b", B));
        using HttpResponseMessage compared = await pipeline.App.Client.PostAsync(
            "compare?layers=vgg16:fc2,resnet50:predictions", form, TestContext.Current.CancellationToken);
        JsonNode pair = await FunctionApp.ReadAsync(compared, HttpStatusCode.OK);

        Assert.All((string[])["vgg16:fc2", "resnet50:predictions"], layer => Assert.Equal(
            pair["models"]![layer.Split(
                ':')[0]]!["cosine"]!.GetValue<double>(), study["pairs"]![0]!["cosines"]![layer]!.GetValue<double>(), 1e-5));
    }

    [Fact]
    public async Task A_report_for_people_is_a_page_that_may_do_nothing()
    {
        using HttpResponseMessage asked = await PostAsync("?n=1&format=html", ("a", A));
        using var request = new HttpRequestMessage(HttpMethod.Post, "study?n=1") { Content = Form(("a", A)) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using HttpResponseMessage accepted = await pipeline.App.Client.SendAsync(request, TestContext.Current.CancellationToken);
        string html = await asked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (asked.StatusCode, asked.Content.Headers.ContentType!.MediaType));
        Assert.Equal(html, await accepted.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        Assert.Contains("UNTRAINED MODELS", html, StringComparison.Ordinal);
        string policy = asked.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; img-src data:; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.EndsWith("; sandbox", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", asked.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("?n=51", "n is a whole number from 0 to 50")]
    [InlineData("?n=ten", "n is a whole number from 0 to 50")]
    [InlineData("?seed=-1", "seed is a whole number from 0 to 2147483647")]
    [InlineData("?format=pdf", "format is json, the default, or html")]
    public async Task A_bad_parameter_is_answered_by_what_is_allowed(string query, string detail)
    {
        using HttpResponseMessage response = await PostAsync(query, ("a", A));

        await FunctionApp.AssertProblemAsync(response, HttpStatusCode.BadRequest, "invalid-parameter", detail);
    }

    [Fact]
    public async Task A_form_without_a_required_image_gets_an_error()
    {
        using HttpResponseMessage withoutA = await PostAsync("", ("b", B));
        using HttpResponseMessage withoutB = await PostAsync("", ("a", A), ("c", C));
        using HttpResponseMessage body = await pipeline.App.PostAsync("study", A, "image/jpeg");

        await FunctionApp.AssertProblemAsync(withoutA, HttpStatusCode.BadRequest, "missing-image", "The form has no field 'a'.");
        await FunctionApp.AssertProblemAsync(withoutB, HttpStatusCode.BadRequest, "missing-image", "send 'b' too, or only 'a'");
        await FunctionApp.AssertProblemAsync(
            body, HttpStatusCode.UnsupportedMediaType, "unsupported-content-type", "a multipart/form-data form with the field 'a'");
    }

    [Fact]
    public async Task The_image_that_is_not_accepted_is_named()
    {
        byte[] text = Encoding.UTF8.GetBytes("I am an image, believe me.");
        byte[] large = [0xFF, 0xD8, 0xFF, .. new byte[21 * 1024 * 1024]];

        using HttpResponseMessage first = await PostAsync("", ("a", text), ("b", B));
        using HttpResponseMessage second = await PostAsync("", ("a", A), ("b", A[..1500]));
        using HttpResponseMessage third = await PostAsync("", ("a", A), ("b", B), ("c", large));

        await FunctionApp.AssertProblemAsync(
            first, HttpStatusCode.UnsupportedMediaType, "unsupported-format", "'a': This is text; ");
        await FunctionApp.AssertProblemAsync(
            second, HttpStatusCode.UnprocessableEntity, "damaged-image", "'b': The JPEG cannot be decoded");
        await FunctionApp.AssertProblemAsync(
            third, HttpStatusCode.RequestEntityTooLarge, "image-too-large", "The field 'c' has more than 20 MB");
    }

    [Fact]
    public async Task Of_two_concurrent_studies_one_is_refused_for_now()
    {
        HttpResponseMessage[] responses = await Task.WhenAll(PostAsync("?n=50", ("a", A)), PostAsync("?n=50", ("a", B)));
        try
        {
            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable], responses.Select(response => response.StatusCode).Order());
            HttpResponseMessage refused = responses.Single(response => response.StatusCode == HttpStatusCode.ServiceUnavailable);
            await FunctionApp.AssertProblemAsync(refused, HttpStatusCode.ServiceUnavailable, "study-under-way", "one study at a time");
            Assert.NotNull(refused.Headers.RetryAfter);
        }
        finally
        {
            Array.ForEach(responses, response => response.Dispose());
        }
    }

    [Fact]
    public async Task A_client_that_disconnects_lets_the_next_study_run()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<HttpResponseMessage> left = StartAsync();
        await pipeline.App.Process.WaitUntilAsync(
            async () =>
            {
                // Asking is a study, too: where it came first, the long one was refused.
                if (left.IsCompleted)
                {
                    (await left).Dispose();
                    left = StartAsync();
                }

                return await StatusAsync() == HttpStatusCode.ServiceUnavailable && !left.IsCompleted;
            },
            "the first study's beginning");

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await pipeline.App.Process.WaitUntilAsync(async () => await StatusAsync() == HttpStatusCode.OK, "another study");

        async Task<HttpResponseMessage> StartAsync()
        {
            using MultipartFormDataContent form = Form(("a", A));
            return await pipeline.App.Client.PostAsync("study?n=50", form, leaving.Token);
        }
    }

    private async Task<HttpStatusCode> StatusAsync()
    {
        using HttpResponseMessage response = await PostAsync("?n=0", ("a", A));
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> PostAsync(string query, params (string Field, byte[] Image)[] images)
    {
        using MultipartFormDataContent form = Form(images);
        return await pipeline.App.Client.PostAsync($"study{query}", form, TestContext.Current.CancellationToken);
    }

    private static MultipartFormDataContent Form(params (string Field, byte[] Image)[] images)
    {
        var form = new MultipartFormDataContent();
        foreach ((string field, byte[] image) in images)
        {
            form.Add(new ByteArrayContent(image), field, $"{field}.bin");
        }

        return form;
    }
}
