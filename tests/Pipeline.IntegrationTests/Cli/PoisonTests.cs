using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues.Models;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>The poison queue from a terminal, with the app that fills it.</summary>
[Collection(nameof(RunningPipeline))]
public sealed class PoisonTests(RunningPipeline pipeline)
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_damaged_image_is_listed_with_its_reason_and_ends_in_poison_again_after_a_replay()
    {
        const string Name = "poisoned/花 'and\" so.jpg";
        await pipeline.UploadAsync(Name, "Just text."u8.ToArray());
        await WaitForMessagesAsync(Name, 2);
        string failed = await ETagAsync(Name);

        (int listed, string json) = await RunAsync("list", "--json");
        (int planned, string plan) = await RunAsync("replay", "--name", Name, "--dry-run");
        (int replayed, string output) = await RunAsync("replay", "--name", Name);

        Assert.Equal((0, 0, 0), (listed, planned, replayed));
        JsonNode[] messages = [.. JsonNode.Parse(json)!["messages"]!.AsArray().Select(message => message!).Where(
            message => message["blob"]?.GetValue<string>() == Name)];
        Assert.Equal(["resnet50", "vgg16"], messages.Select(message => message["model"]!.GetValue<string>()).Order());
        Assert.All(messages, message =>
        {
            Assert.Equal((failed, "current"), (message["eTag"]!.GetValue<string>(), message["presence"]!.GetValue<string>()));
            Assert.Contains(
                "JPEG, PNG, WebP, GIF, BMP and TIFF are accepted", message["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        });
        Assert.Contains($"{Name}: vgg16 would try it again", plan, StringComparison.Ordinal);
        Assert.Contains("2 replayed, 0 removed without a replay, 0 left.", output, StringComparison.Ordinal);
        await WaitForMessagesAsync(Name, 2);
        Assert.NotEqual(failed, await ETagAsync(Name));
        Assert.All(await MessagesAsync(Name), message => Assert.NotEqual(failed, message["ETag"]!.GetValue<string>()));
    }

    [Fact]
    public async Task An_image_that_failed_for_a_reason_which_passed_is_indexed_after_a_replay()
    {
        const string Name = "poisoned/passing.bmp";

        // An archived blob cannot be read.
        BlobClient blob = pipeline.Azurite.Images.GetBlobClient(Name);
        await blob.UploadAsync(
            BinaryData.FromBytes(TestImages.Bitmap(6101)), new BlobUploadOptions { AccessTier = AccessTier.Archive }, CancellationToken);
        await WaitForMessagesAsync(Name, 2);
        await blob.SetAccessTierAsync(AccessTier.Hot, cancellationToken: CancellationToken);

        (int listed, string shown) = await RunAsync("list");
        (int replayed, string output) = await RunAsync("replay", "--name", Name);

        Assert.Equal((0, 0), (listed, replayed));
        Assert.Contains("The blob is in the archive tier", shown, StringComparison.Ordinal);
        Assert.Contains($"{Name}: vgg16 tries it again", output, StringComparison.Ordinal);
        await pipeline.App.WaitUntilIndexedAsync(Name);
        Assert.Empty(await MessagesAsync(Name));
    }

    [Fact]
    public async Task A_replaced_image_only_loses_its_messages()
    {
        const string Name = "poisoned/mended.bmp";
        await pipeline.UploadAsync(Name, "Just text."u8.ToArray());
        await WaitForMessagesAsync(Name, 2);
        await pipeline.UploadAndWaitAsync((Name, TestImages.Bitmap(6102)));
        string mended = await ETagAsync(Name);

        (_, string output) = await RunAsync("replay", "--name", Name);

        Assert.Contains("0 replayed, 2 removed without a replay, 0 left.", output, StringComparison.Ordinal);
        Assert.Equal(mended, await ETagAsync(Name));
        Assert.Empty(await MessagesAsync(Name));
    }

    [Fact]
    public async Task An_account_that_is_away_is_named_without_a_stack_trace()
    {
        int port = OwnPorts.Take(1)[0];
        string connection = string.Join(';', pipeline.Azurite.ConnectionString.Split(';').Select(part =>
            part.Contains(
                "Endpoint=", StringComparison.Ordinal) ? $"{part.Split('=')[0]}=http://127.0.0.1:{port}/devstoreaccount1" : part));

        (int exitCode, string output) = await CommandProcess.RunAsync("poison", "list", "--storage", connection);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("The account 'devstoreaccount1' cannot be reached: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        CommandProcess.RunAsync(["poison", .. arguments, "--storage", pipeline.Azurite.ConnectionString]);

    private async Task<string> ETagAsync(string name) =>
        (await pipeline.Azurite.Images.GetBlobClient(name).GetPropertiesAsync(cancellationToken: CancellationToken)).Value.ETag.ToString(
            "H");

    private Task WaitForMessagesAsync(string name, int count) =>
        pipeline.App.Process.WaitUntilAsync(async () => (await MessagesAsync(name)).Count == count, $"{count} poison messages of '{name}'");

    private Task<IReadOnlyList<JsonNode>> MessagesAsync(string name) => pipeline.PoisonMessagesAsync(name);
}
