using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.LocalHost;

[Collection(nameof(SharedHost))]
public partial class TriggerTests(SharedHost shared)
{
    private readonly LocalHostProcess _host = shared.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_blob_that_fails_five_times_is_poison_in_the_form_of_the_sdk()
    {
        await UploadAsync("failing", "a/b c.jpg");

        await _host.WaitForAsync("Message has reached MaxDequeueCount of 5. Moving message to queue 'webjobs-blobtrigger-poison'.");
        QueueMessage poison = await ReceiveAsync("webjobs-blobtrigger-poison");
        JsonNode message = JsonNode.Parse(poison.MessageText)!;
        Assert.Equal("BlobTrigger", message["Type"]!.GetValue<string>());
        Assert.Equal("Host.Functions.FailBlob", message["FunctionId"]!.GetValue<string>());
        Assert.Equal("BlockBlob", message["BlobType"]!.GetValue<string>());
        Assert.Equal("failing", message["ContainerName"]!.GetValue<string>());
        Assert.Equal("a/b c.jpg", message["BlobName"]!.GetValue<string>());
        Assert.Matches("^\"0x[0-9A-F]+\"$", message["ETag"]!.GetValue<string>());
        Assert.Equal(5, _host.Count("Executed 'Functions.FailBlob' (Failed, Id="));
        await _host.WaitForAsync("System.IO.InvalidDataException: Cannot work with a/b c.jpg.");
    }

    [Fact]
    public async Task A_message_is_taken_and_one_that_fails_is_poison_after_the_tries_of_host_json()
    {
        await SendAsync("messages", "Grüße");
        await SendAsync("failing-messages", "{\"bad\":1}");

        await _host.WaitForAsync("Message <Grüße>");
        Assert.Equal("{\"bad\":1}", (await ReceiveAsync("failing-messages-poison")).MessageText);
        Assert.Equal(3, _host.Count("Executed 'Functions.FailMessage' (Failed, Id="));
    }

    [Fact]
    public async Task As_many_blobs_are_in_work_at_once_as_host_json_says()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => UploadAsync("slow", $"parallel-{i}")));

        await _host.WaitForAsync("> ends", 6);
        Assert.Equal("2", Begins().Matches(_host.Process.Output).Max(begin => begin.Groups[1].Value));
    }

    private async Task UploadAsync(string container, string name)
    {
        BlobContainerClient client = new BlobServiceClient(shared.Azurite.ConnectionString).GetBlobContainerClient(container);
        await client.CreateIfNotExistsAsync(cancellationToken: Cancel);
        await client.UploadBlobAsync(name, BinaryData.FromString("content"), Cancel);
    }

    private QueueClient Queue(string name) => new(
        shared.Azurite.ConnectionString, name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    private async Task SendAsync(string queue, string text) => await Queue(queue).SendMessageAsync(text, Cancel);

    private async Task<QueueMessage> ReceiveAsync(string queue)
    {
        QueueMessage? message = null;
        await _host.Process.WaitUntilAsync(
            async () =>
            {
                QueueClient client = Queue(queue);
                message = await client.ExistsAsync(Cancel) ? (await client.ReceiveMessageAsync(cancellationToken: Cancel)).Value : null;
                return message is not null;
            },
            $"a message in {queue}");
        return message!;
    }

    [GeneratedRegex(@"begins, (\d) at once")]
    private static partial Regex Begins();
}
