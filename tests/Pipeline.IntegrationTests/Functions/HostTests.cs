using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>Behaviour that only shows with the real worker behind a host.</summary>
[Collection(nameof(RunningPipeline))]
public class HostTests(RunningPipeline pipeline)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_images_of_18_MB_are_compared()
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(TestImages.LargeBitmap(3000, 2000, 1)), "a", "a.bmp" },
            { new ByteArrayContent(TestImages.LargeBitmap(3000, 2000, 2)), "b", "b.bmp" },
        };

        using HttpResponseMessage response = await pipeline.App.Client.PostAsync("compare", form, CancellationToken);

        JsonNode answer = await FunctionApp.ReadAsync(response, HttpStatusCode.OK);
        Assert.Equal((3000, 2000), (answer["a"]!["width"]!.GetValue<int>(), answer["a"]!["height"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Three_images_of_18_MB_are_studied()
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(TestImages.LargeBitmap(3000, 2000, 1)), "a", "a.bmp" },
            { new ByteArrayContent(TestImages.LargeBitmap(3000, 2000, 2)), "b", "b.bmp" },
            { new ByteArrayContent(TestImages.LargeBitmap(3000, 2000, 3)), "c", "c.bmp" },
        };

        using HttpResponseMessage response = await pipeline.App.Client.PostAsync("study?n=0", form, CancellationToken);

        await FunctionApp.ReadAsync(response, HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(29)]
    [InlineData(47)]
    [InlineData(99)]
    public async Task A_body_of_many_megabytes_is_answered_with_413_and_the_limit(int megabytes)
    {
        byte[] body = new byte[megabytes * 1_000_000];
        (body[0], body[1], body[2]) = (0xFF, 0xD8, 0xFF);
        using var field = new MultipartFormDataContent { { new ByteArrayContent(body), "image", "large.jpg" } };

        using HttpResponseMessage raw = await pipeline.App.PostAsync("similar", body, "image/jpeg");
        using HttpResponseMessage form = await pipeline.App.Client.PostAsync("similar", field, CancellationToken);

        await FunctionApp.AssertProblemAsync(raw, HttpStatusCode.RequestEntityTooLarge, "image-too-large", "20 MB");
        await FunctionApp.AssertProblemAsync(form, HttpStatusCode.RequestEntityTooLarge, "image-too-large", "20 MB");
    }

    [Fact]
    public async Task An_error_found_before_the_body_is_read_reaches_the_caller_however_long_the_body_is()
    {
        byte[] body = new byte[60_000_000];

        using HttpResponseMessage parameter = await pipeline.App.PostAsync("similar?top=0", body, "image/jpeg");
        using HttpResponseMessage type = await pipeline.App.PostAsync("predictions", body, "text/plain");

        await FunctionApp.AssertProblemAsync(parameter, HttpStatusCode.BadRequest, "invalid-parameter", "1 to 100");
        await FunctionApp.AssertProblemAsync(type, HttpStatusCode.UnsupportedMediaType, "unsupported-content-type", "text/plain");
    }

    [Theory]
    [InlineData("cancellationToken")]
    [InlineData("request")]
    [InlineData("req")]
    [InlineData("name")]
    [InlineData("context")]
    [InlineData("functionContext")]
    [InlineData("Query")]
    [InlineData("Headers")]
    public async Task A_query_parameter_of_any_name_is_bound_to_nothing(string parameter)
    {
        string[] calls =
            ["health", "images", "similar/nobody.jpg", "predictions/nobody.jpg", "feature-maps/nobody.jpg", "compare?a=x&b=y"];
        foreach (string call in calls)
        {
            string separator = call.Contains('?', StringComparison.Ordinal) ? "&" : "?";

            using HttpResponseMessage response = await pipeline.App.Client.GetAsync($"{call}{separator}{parameter}=x", CancellationToken);

            string body = await response.Content.ReadAsStringAsync(CancellationToken);
            Assert.True((int)response.StatusCode < 500, $"{call} with {parameter}=x: {(int)response.StatusCode} {body}");
            Assert.DoesNotContain("'x' is", body.Replace("a=x", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        using HttpResponseMessage posted = await pipeline.App.PostAsync($"similar?{parameter}=x", TestImages.Bitmap(1), "image/bmp");
        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
    }

    [Fact]
    public async Task An_image_whose_name_begins_or_ends_with_a_slash_is_failed_with_the_reason_and_never_taken_for_another()
    {
        await pipeline.UploadAndWaitAsync(("slash.bmp", TestImages.Bitmap(811)));
        BlobContainerClient exact = new BlobServiceClient(
            pipeline.Azurite.ConnectionString, new BlobClientOptions { TrimBlobNameSlashes = false }).GetBlobContainerClient("images");
        foreach ((string name, int number) in new[] { ("/slash.bmp", 812), ("slash.bmp/", 813) })
        {
            await exact.UploadBlobAsync(name, BinaryData.FromBytes(TestImages.Bitmap(number)), CancellationToken);
        }

        JsonNode sent = await FunctionApp.ReadAsync(
            await pipeline.App.PostAsync("similar?top=1", TestImages.Bitmap(812), "image/bmp"), HttpStatusCode.OK);
        JsonNode named = await pipeline.App.GetAsync("predictions/%2Fslash.bmp");

        foreach (string name in new[] { "/slash.bmp", "slash.bmp/" })
        {
            IReadOnlyDictionary<string, (string State, string? Reason)> states = await pipeline.App.StatesAsync(name);
            Assert.Equal(2, states.Count);
            Assert.All(states.Values, state => Assert.Equal("failed", state.State));
            Assert.All(states.Values, state => Assert.Contains("begins or ends with a slash", state.Reason, StringComparison.Ordinal));
        }

        Assert.All((await pipeline.App.StatesAsync("slash.bmp")).Values, state => Assert.Equal("indexed", state.State));
        Assert.Equal("/slash.bmp", named["query"]!["name"]!.GetValue<string>());
        Assert.Equal(sent["query"]!["contentHash"]!.GetValue<string>(), named["query"]!["contentHash"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("PUT", "similar", "POST, GET")]
    [InlineData("POST", "similar/a/b.jpg", "GET")]
    [InlineData("DELETE", "duplicates", "GET")]
    [InlineData("POST", "images/a.jpg", "DELETE, GET, PUT")]
    [InlineData("PUT", "links", "POST, GET")]
    [InlineData("PATCH", "compare", "POST, GET")]
    [InlineData("PUT", "health", "GET, HEAD")]
    public async Task A_method_that_an_address_does_not_take_is_405_and_names_those_that_it_takes(
        string method,
        string path,
        string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using HttpResponseMessage response = await pipeline.App.Client.SendAsync(request, CancellationToken);

        await FunctionApp.AssertProblemAsync(
            response, HttpStatusCode.MethodNotAllowed, "method-not-allowed", $"'/api/{path}' does not take {method}: send ");
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("GET", "nothing")]
    [InlineData("POST", "similarity/x")]
    [InlineData("DELETE", "a%20b/%E8%8A%B1")]
    [InlineData("GET", "")]
    public async Task An_address_that_the_app_does_not_have_is_404_and_named(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using HttpResponseMessage response = await pipeline.App.Client.SendAsync(request, CancellationToken);

        await FunctionApp.AssertProblemAsync(
            response, HttpStatusCode.NotFound, "unknown-address", $"'/api/{path}".TrimEnd('/'));
    }

    [Fact]
    public async Task Health_answers_a_probe_by_HEAD()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "health");

        using HttpResponseMessage response = await pipeline.App.Client.SendAsync(request, CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(CancellationToken));
    }

    [Theory]
    [InlineData("OPTIONS", "similar")]
    [InlineData("TRACE", "health")]
    [InlineData("GET", "../nothing")]
    public async Task A_path_of_no_function_is_404_without_a_body(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using HttpResponseMessage response = await pipeline.App.Client.SendAsync(request, CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(CancellationToken));
        Assert.Empty(response.Content.Headers.Allow);
    }

    [Fact]
    public async Task An_invocation_id_of_the_callers_own_making_does_no_harm()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "health");
        request.Headers.Add("x-ms-invocation-id", "00000000-0000-0000-0000-000000000001");

        using HttpResponseMessage response = await pipeline.App.Client.SendAsync(request, CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_client_that_disconnects_is_logged_and_causes_no_failure()
    {
        int before = pipeline.App.Process.Output.Length;
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        using var body = new StalledContent();
        Task<HttpResponseMessage> call = pipeline.App.Client.PostAsync("similar", body, leave.Token);
        await body.Started;

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => call);
        await pipeline.App.Process.WaitUntilAsync(
            () => Task.FromResult(
                pipeline.App.Process.Output[before..].Contains("the caller left before the answer", StringComparison.Ordinal)), "the line");
        string log = pipeline.App.Process.Output[before..];
        Assert.DoesNotContain("FindSimilar failed", log, StringComparison.Ordinal);
        Assert.DoesNotContain("(Failed, Id=", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_requests_and_answers_are_not_logged_one_by_one()
    {
        int before = pipeline.App.Process.Output.Length;
        await pipeline.UploadAndWaitAsync(("host/quiet.bmp", TestImages.Bitmap(4711)));
        await pipeline.App.FindSimilarAsync(TestImages.Bitmap(4711));

        string log = pipeline.App.Process.Output[before..];

        Assert.Contains("host/quiet.bmp: Indexed by", log, StringComparison.Ordinal);
        string[] unwanted =
            ["x-ms-client-request-id", "Azure.Core", "Setting HTTP status code", "Writing value of type", "Request starting"];
        foreach (string noise in unwanted)
        {
            Assert.DoesNotContain(noise, log, StringComparison.Ordinal);
        }
    }

    /// <summary>A body that begins and then stops.</summary>
    private sealed class StalledContent : HttpContent
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public StalledContent() => Headers.TryAddWithoutValidation("Content-Type", "image/jpeg");

        public Task Started => _started.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[] { 0xFF, 0xD8, 0xFF }, cancellationToken);
            await stream.FlushAsync(cancellationToken);

            // The function must be running before its caller disconnects.
            await Task.Delay(500, cancellationToken);
            _started.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = 1000;
            return true;
        }
    }
}
