using System.Net;
using System.Net.Http.Json;

namespace Pipeline.IntegrationTests.LocalHost;

[Collection(nameof(SharedHost))]
public class AdminTests(SharedHost shared)
{
    private readonly LocalHostProcess _host = shared.Host;

    [Fact]
    public async Task A_timer_runs_when_it_is_asked_for()
    {
        using HttpResponseMessage response = await PostAsync("Tick", new { });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("{}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await _host.WaitForAsync("Tick, past due: False, next in True");
        await _host.WaitForAsync("Executed 'Functions.Tick' (Succeeded, Id=");
    }

    [Theory]
    [InlineData("SeeMessage", "by hand", "Message <by hand>")]
    [InlineData("SeeBlob", "seen/by/hand.jpg", "Blob <by/hand.jpg> of seen")]
    public async Task A_message_or_a_blob_can_be_given_to_a_function_by_hand(string function, string input, string logged)
    {
        using HttpResponseMessage response = await PostAsync(function, new { input });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await _host.WaitForAsync(logged);
    }

    [Theory]
    [InlineData("Nothing")]
    [InlineData("Echo")]
    [InlineData("SeeBlob")]
    public async Task A_function_that_cannot_be_run_this_way_is_not_found(string function)
    {
        using HttpResponseMessage response = await PostAsync(function, new { input = "" });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string function, object body) =>
        _host.Client.PostAsJsonAsync($"admin/functions/{function}", body, TestContext.Current.CancellationToken);
}
