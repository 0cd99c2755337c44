using System.Diagnostics;
using System.Net;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.LocalHost;

public class ThrottleTests
{
    [Fact]
    public async Task Requests_run_wait_or_are_refused_as_host_json_says()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        string app = LocalHostProcess.AppWith(
            """
            {
              "version": "2.0",
              "extensions": { "http": { "routePrefix": "", "maxOutstandingRequests": 4, "maxConcurrentRequests": 2 } }
            }
            """);
        await using LocalHostProcess host = await LocalHostProcess.StartAsync(azurite, app);

        long start = Stopwatch.GetTimestamp();
        HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            host.Client.GetAsync("wait/3000", TestContext.Current.CancellationToken)));

        // Two by two.
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(6), Wait.Limit);
        Assert.Equal(4, responses.Count(response => response.StatusCode == HttpStatusCode.OK));
        HttpResponseMessage[] refused = [.. responses.Where(response => response.StatusCode == HttpStatusCode.TooManyRequests)];
        Assert.Equal(6, refused.Length);
        foreach (HttpResponseMessage response in refused)
        {
            Assert.Equal(["1"], response.Headers.GetValues("X-FUNCTION-SCALEOUT"));
            await LocalHostProcess.AssertEmptyAsync(HttpStatusCode.TooManyRequests, response);
        }

        using HttpResponseMessage later = await host.Client.GetAsync("wait/1", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
        Directory.Delete(app, recursive: true);
    }
}
