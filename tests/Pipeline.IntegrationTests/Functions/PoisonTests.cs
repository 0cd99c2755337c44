using System.Text.Json.Nodes;
using Azure.Storage.Queues.Models;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class PoisonTests(RunningPipeline pipeline)
{
    [Fact]
    public async Task A_bad_blob_ends_in_the_poison_queue_with_its_reason_while_the_rest_are_indexed()
    {
        await pipeline.UploadAsync("poison/not-an-image.jpg", "Just text."u8.ToArray());
        await pipeline.UploadAndWaitAsync(("poison/before.bmp", TestImages.Bitmap(6001)), ("poison/after.bmp", TestImages.Bitmap(6002)));

        IReadOnlyList<JsonNode> messages = [];
        await pipeline.App.Process.WaitUntilAsync(
            async () =>
            {
                messages = await MessagesAsync("poison/not-an-image.jpg");
                return messages.Count == 2;
            },
            "both functions' poison messages");

        Assert.Equal(
            ["Host.Functions.EmbedWithResNet50", "Host.Functions.EmbedWithVgg16"],
            messages.Select(message => message["FunctionId"]!.GetValue<string>()).Order());
        string etag = (await pipeline.Azurite.Images.GetBlobClient("poison/not-an-image.jpg")
            .GetPropertiesAsync(cancellationToken: TestContext.Current.CancellationToken)).Value.ETag.ToString("H");
        Assert.All(messages, message =>
        {
            Assert.Equal(["Type", "FunctionId", "BlobType", "ContainerName", "BlobName", "ETag"], message.AsObject().Select(
                property => property.Key));
            Assert.Equal("BlobTrigger", message["Type"]!.GetValue<string>());
            Assert.Equal("BlockBlob", message["BlobType"]!.GetValue<string>());
            Assert.Equal("images", message["ContainerName"]!.GetValue<string>());
            Assert.Equal(etag, message["ETag"]!.GetValue<string>());
        });
        IReadOnlyDictionary<string, (string State, string? Reason)> states = await pipeline.App.StatesAsync("poison/not-an-image.jpg");
        Assert.All(states.Values, state => Assert.Equal("failed", state.State));
        Assert.All(states.Values, state => Assert.Contains(
            "JPEG, PNG, WebP, GIF, BMP and TIFF are accepted", state.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_good_image_put_over_a_bad_one_is_indexed()
    {
        await pipeline.UploadAsync("poison/mended.jpg", "Just text."u8.ToArray());
        await pipeline.App.Process.WaitUntilAsync(
            async () => (await pipeline.App.StatesAsync("poison/mended.jpg")).Values.Any(state => state.State == "failed"), "the failure");

        await pipeline.UploadAsync("poison/mended.jpg", TestImages.Bitmap(6003));

        await pipeline.App.Process.WaitUntilAsync(
            async () =>
                (await pipeline.App.StatesAsync("poison/mended.jpg")).Values.All(state => state.State == "indexed"), "the good image");
    }

    private Task<IReadOnlyList<JsonNode>> MessagesAsync(string name) => pipeline.PoisonMessagesAsync(name);
}
