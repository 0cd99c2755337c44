using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Search;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>
/// Storage and the app, started once for the tests that do not change them; each test has its own folder of names. They run one after the
/// other, because they share the app, its index and its queues.
/// </summary>
public class RunningPipeline(SeededModels models) : IAsyncLifetime
{
    private Azurite? _azurite;
    private FunctionApp? _app;

    public SeededModels Models => models;

    internal Azurite Azurite => _azurite!;

    internal FunctionApp App => _app!;

    public async ValueTask InitializeAsync()
    {
        _azurite = await Azurite.StartNewAsync();
        _app = await FunctionApp.StartAsync(_azurite, Models);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        await _azurite!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal async Task UploadAsync(string name, byte[] content) =>
        await Azurite.Images.GetBlobClient(name).UploadAsync(
            BinaryData.FromBytes(content), overwrite: true, TestContext.Current.CancellationToken);

    /// <summary>
    /// Uploads, and waits until search finds what was uploaded: a response may be based on slightly older content of storage.
    /// </summary>
    internal async Task UploadAndWaitAsync(params (string Name, byte[] Content)[] images)
    {
        foreach ((string name, byte[] content) in images)
        {
            await UploadAsync(name, content);
        }

        await App.WaitUntilIndexedAsync([.. images.Select(image => image.Name)]);
        await Task.Delay(SimilarityIndex.MaxAge, TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// The poison messages of an image. Those of other images, which tests before have left, are deleted: a call returns 32 messages at
    /// most, and so does <c>pipeline poison list</c>.
    /// </summary>
    internal async Task<IReadOnlyList<JsonNode>> PoisonMessagesAsync(string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        QueueClient queue = Azurite.PoisonQueue;
        if (!await queue.ExistsAsync(cancellationToken))
        {
            return [];
        }

        while (true)
        {
            PeekedMessage[] peeked = await queue.PeekMessagesAsync(32, cancellationToken);
            JsonNode[] messages = [.. peeked.Select(message => JsonNode.Parse(message.Body.ToString())!)];
            if (messages.All(message => message["BlobName"]!.GetValue<string>() == name))
            {
                return messages;
            }

            foreach (QueueMessage message in (await queue.ReceiveMessagesAsync(32, cancellationToken: cancellationToken)).Value)
            {
                bool isOfThis = JsonNode.Parse(message.Body.ToString())!["BlobName"]!.GetValue<string>() == name;
                await (isOfThis
                    ? (Task)queue.UpdateMessageAsync(
                        message.MessageId, message.PopReceipt, (string?)null, TimeSpan.Zero, cancellationToken)
                    : queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken));
            }
        }
    }
}

/// <summary>The tests that share it.</summary>
[CollectionDefinition(nameof(RunningPipeline))]
public sealed class RunningPipelineTests : ICollectionFixture<RunningPipeline>;
