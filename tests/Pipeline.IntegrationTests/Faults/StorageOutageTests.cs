using System.Net;
using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Faults;

public class StorageOutageTests(SeededModels models)
{
    [Fact]
    public async Task Storage_that_comes_up_after_the_app_is_waited_for_with_a_message()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await azurite.Images.GetBlobClient("waiting.bmp").UploadAsync(
            BinaryData.FromBytes(TestImages.Bitmap(1)), TestContext.Current.CancellationToken);
        await azurite.StopAsync();

        await using FunctionApp app = await FunctionApp.StartAsync(azurite, models);
        using HttpResponseMessage health = await app.Client.GetAsync("health", TestContext.Current.CancellationToken);
        JsonNode report = await FunctionApp.ReadAsync(health, HttpStatusCode.ServiceUnavailable);
        Assert.Equal("unavailable", report["status"]!.GetValue<string>());
        Assert.False(report["storage"]!["reachable"]!.GetValue<bool>());
        await app.Process.WaitUntilAsync(
            () => Task.FromResult(
                app.Process.Output.Contains("cannot be reached, waiting for it", StringComparison.Ordinal)), "the message");

        await azurite.StartAsync();
        await app.WaitUntilIndexedAsync("waiting.bmp");
    }

    [Fact]
    public async Task Storage_lost_in_flight_is_a_503_with_Retry_After_and_then_all_goes_on()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using FunctionApp app = await FunctionApp.StartAsync(azurite, models);
        await azurite.Images.GetBlobClient("before.bmp").UploadAsync(
            BinaryData.FromBytes(TestImages.Bitmap(1)), TestContext.Current.CancellationToken);
        await app.WaitUntilIndexedAsync("before.bmp");

        await azurite.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        using (HttpResponseMessage similar = await app.PostAsync("similar", TestImages.Bitmap(1), "image/bmp"))
        using (HttpResponseMessage images = await app.Client.GetAsync("images", TestContext.Current.CancellationToken))
        using (HttpResponseMessage predictions = await app.Client.GetAsync("predictions/before.bmp", TestContext.Current.CancellationToken))
        using (HttpResponseMessage maps = await app.Client.GetAsync("feature-maps/before.bmp", TestContext.Current.CancellationToken))
        using (HttpResponseMessage pair = await app.Client.GetAsync(
            "compare?a=before.bmp&b=before.bmp", TestContext.Current.CancellationToken))
        using (HttpResponseMessage content = await app.Client.GetAsync("content/before.bmp", TestContext.Current.CancellationToken))
        using (HttpResponseMessage thumbnail = await app.Client.GetAsync(
            "thumbnails/before.bmp", TestContext.Current.CancellationToken))
        using (HttpResponseMessage sent = await app.PostAsync("predictions", TestImages.Bitmap(1), "image/bmp"))
        {
            HttpResponseMessage[] unavailable = [similar, images, predictions, maps, pair, content, thumbnail];
            Assert.All(unavailable, response => Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode));
            Assert.All(unavailable, response => Assert.Equal("5", response.Headers.GetValues("Retry-After").Single()));
            JsonNode problem = await FunctionApp.ReadAsync(similar, HttpStatusCode.ServiceUnavailable);
            Assert.Equal("urn:pipeline:problem:storage-unavailable", problem["type"]!.GetValue<string>());
            Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        }

        await azurite.StartAsync();
        await azurite.Images.GetBlobClient("after.bmp").UploadAsync(
            BinaryData.FromBytes(TestImages.Bitmap(2)), TestContext.Current.CancellationToken);
        await app.WaitUntilIndexedAsync("before.bmp", "after.bmp");
        Assert.Equal("ok", (await app.GetAsync("health"))["status"]!.GetValue<string>());
        Assert.Equal(2, (await app.FindSimilarAsync(TestImages.Bitmap(1)))["models"]!["vgg16"]!["results"]!.AsArray().Count);
    }
}
