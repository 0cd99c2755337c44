using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>Messages about deleted images that nobody can process, each tried five times with ten seconds between.</summary>
public sealed class DeletionMessageTests
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Malformed_messages_end_in_the_poison_queue_unchanged_while_others_are_processed()
    {
        await using ThinApp thin = await ThinApp.StartAsync();
        FunctionApp app = thin.App;
        string elsewhere = RemoveImageTests.Event("x", cloudEvents: false)
            .Replace("containers/images/", "containers/models/", StringComparison.Ordinal);
        string outside = RemoveImageTests.Event("../models/x", cloudEvents: false);
        string connection = thin.Azurite.ConnectionString;
        var deletions = new QueueClient(
            connection, "image-deletions", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await deletions.CreateIfNotExistsAsync(cancellationToken: CancellationToken);

        await deletions.SendMessageAsync("no JSON", CancellationToken);
        await deletions.SendMessageAsync(elsewhere, CancellationToken);
        await deletions.SendMessageAsync(outside, CancellationToken);
        await new QueueClient(connection, "image-deletions").SendMessageAsync("no Base64!", CancellationToken);
        await deletions.SendMessageAsync(RemoveImageTests.Event("removal/never-was.bmp", cloudEvents: true), CancellationToken);

        // Hidden messages count too: at zero, every message was processed.
        await app.Process.WaitUntilAsync(
            async () => (await deletions.GetPropertiesAsync(CancellationToken)).Value.ApproximateMessagesCount == 0,
            "the queue to be empty");

        PeekedMessage[] poison = await new QueueClient(connection, "image-deletions-poison").PeekMessagesAsync(32, CancellationToken);
        string[] expected = [.. new[] { "no JSON", elsewhere, outside }.Select(
            text => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text))), "no Base64!"];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal), poison.Select(message => message.Body.ToString()).Order(StringComparer.Ordinal));
        Assert.Contains("A message about a deleted blob cannot be read", app.Process.Output, StringComparison.Ordinal);
        Assert.Contains("is about a blob of the container 'models'", app.Process.Output, StringComparison.Ordinal);
        Assert.Contains("No image of the container 'images' can be called '../models/x'", app.Process.Output, StringComparison.Ordinal);
        Assert.Contains(
            "Message has reached MaxDequeueCount of 5. " +
            "Moving message to queue 'image-deletions-poison'.", app.Process.Output, StringComparison.Ordinal);
    }
}
