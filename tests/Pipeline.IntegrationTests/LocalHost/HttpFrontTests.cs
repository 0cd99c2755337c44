using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.IntegrationTests.LocalHost;

[Collection(nameof(SharedHost))]
public class HttpFrontTests(SharedHost shared)
{
    private readonly LocalHostProcess _host = shared.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("echo/plain.jpg", "plain.jpg")]
    [InlineData("echo/a/b%20c.jpg", "a/b c.jpg")]
    [InlineData("echo/a%2Fb.jpg", "a%2Fb.jpg")]
    [InlineData("echo/50%25.jpg", "50%.jpg")]
    [InlineData("echo/%252F", "%2F")]
    [InlineData("echo/%C3%BC+1.jpg?a=%2F&b=c+d&a=2", "ü+1.jpg")]
    [InlineData("echo/x/", "x/")]
    [InlineData("echo/a//b", "a//b")]
    [InlineData("echo/x%5Cy%7Cz|", "x\\y|z|")]
    [InlineData("ECHO/x", "x")]
    public async Task A_target_arrives_as_it_was_sent(string target, string name)
    {
        (string head, JsonNode echo) = await SendRawAsync($"/api/{target}");

        Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
        Assert.Equal($"/api/{target}", echo["target"]!.GetValue<string>());
        Assert.Equal(name, echo["name"]!.GetValue<string>());
        Assert.Equal("client.example", echo["host"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_invocation_id_of_the_clients_is_overwritten()
    {
        const string Mine = "00000000-0000-0000-0000-000000000001";
        var seen = new HashSet<string> { Mine };
        for (int i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "api/echo/x");
            request.Headers.Add("x-ms-invocation-id", Mine);
            using HttpResponseMessage response = await _host.Client.SendAsync(request, Cancel);
            JsonNode echo = (await response.Content.ReadFromJsonAsync<JsonNode>(Cancel))!;
            Assert.True(seen.Add(echo["invocation"]!.GetValue<string>()));
        }
    }

    [Theory]
    [InlineData("GET", "/api/nothing")]
    [InlineData("GET", "/")]
    [InlineData("GET", "/echo/x")]
    [InlineData("PUT", "/api/echo/x")]
    [InlineData("HEAD", "/api/echo/x")]
    [InlineData("OPTIONS", "/api/echo/x")]
    [InlineData("GET", "/api/echo//x")]
    [InlineData("GET", "/api//echo/x")]
    [InlineData("GET", "/api/numbers/many")]
    [InlineData("GET", "/api/bound")]
    public async Task A_path_of_no_function_gives_404_and_nothing_else(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage response = await _host.Client.SendAsync(request, Cancel);

        await LocalHostProcess.AssertEmptyAsync(HttpStatusCode.NotFound, response);
        Assert.Empty(response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("api/bound/one", "one", null)]
    [InlineData("api/bound/one?word=two", "one", "two")]
    [InlineData("api/bound/one?name=query&WORD=two&word=three", "one", "two,three")]
    public async Task Route_values_and_query_parameters_reach_parameters_of_their_name(string path, string name, string? word)
    {
        JsonNode bound = (await _host.Client.GetFromJsonAsync<JsonNode>(path, Cancel))!;

        Assert.Equal((name, word), (bound["name"]!.GetValue<string>(), bound["word"]?.GetValue<string>()));
    }

    [Fact]
    public async Task A_function_that_throws_is_answered_with_500_and_its_reason_is_only_in_the_log()
    {
        using HttpResponseMessage response = await _host.Client.GetAsync("api/throw", Cancel);

        await LocalHostProcess.AssertEmptyAsync(HttpStatusCode.InternalServerError, response);
        await _host.WaitForAsync("Executed 'Functions.Throw' (Failed, Id=");
        await _host.WaitForAsync("System.InvalidOperationException: Thrown on purpose.");
        await _host.WaitForAsync("GET /api/throw was answered with 500");
    }

    [Fact]
    public async Task A_client_that_goes_away_cancels_its_function_and_that_is_no_failure()
    {
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task<HttpResponseMessage> request = _host.Client.GetAsync("api/wait/60000", impatient.Token);
        await _host.WaitForAsync("Waiting begins", _host.Count("Waiting begins") + 1);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        await _host.WaitForAsync("Waiting is canceled");
        await _host.WaitForAsync("Executed 'Functions.Wait' (Canceled, Id=");
        Assert.Equal(0, _host.Count("Executed 'Functions.Wait' (Failed"));
    }

    [Fact]
    public async Task A_large_body_arrives_whole()
    {
        byte[] body = RandomNumberGenerator.GetBytes(25_000_000);
        using HttpResponseMessage response = await _host.Client.PostAsync("api/echo/large", new ByteArrayContent(body), Cancel);

        JsonNode echo = (await response.Content.ReadFromJsonAsync<JsonNode>(Cancel))!;
        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), echo["hash"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_body_that_no_Functions_host_takes_is_answered_with_500()
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, "api/echo/too-large") { Content = new ByteArrayContent(new byte[104_857_601]) };
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await _host.Client.SendAsync(request, Cancel);

        await LocalHostProcess.AssertEmptyAsync(HttpStatusCode.InternalServerError, response);
    }

    [Fact]
    public async Task What_the_worker_logs_and_prints_is_in_the_log_by_the_levels_of_host_json()
    {
        using HttpResponseMessage response = await _host.Client.GetAsync("api/print", Cancel);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        await _host.WaitForAsync("Executed 'Functions.Print' (Succeeded, Id=");
        await _host.WaitForAsync("Printed by a function");
        Assert.Matches(@"info: Function\.Print\.User\[\d+\] Logged by a function", _host.Process.Output);
        Assert.Matches(@"info: Pipeline\.TestWorker\.StartNote\[\d+\] A hosted service started", _host.Process.Output);
        Assert.DoesNotContain("Not worth logging", _host.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Request starting", _host.Process.Output, StringComparison.Ordinal);
    }

    /// <summary>A request as written here: HTTP clients normalise addresses before they send them.</summary>
    private async Task<(string Head, JsonNode Body)> SendRawAsync(string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_host.Client.BaseAddress!.Host, _host.Client.BaseAddress.Port, Cancel);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.0\r\nHost: client.example\r\n\r\n"), Cancel);
        using var reader = new StreamReader(stream);
        string[] parts = (await reader.ReadToEndAsync(Cancel)).Split("\r\n\r\n", 2);
        return (parts[0], parts[0].StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? JsonNode.Parse(parts[1])! : new JsonObject());
    }
}
