using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Pipeline.Tests.Storage;

/// <summary>A storage account's queues in memory, with the statuses and error codes that Azurite gives.</summary>
internal sealed class InMemoryQueues : QueueServiceClient
{
    private readonly Dictionary<string, InMemoryQueue> _queues = new(StringComparer.Ordinal);

    public override QueueClient GetQueueClient(string queueName) => Queue(queueName);

    public InMemoryQueue Queue(string name) =>
        _queues.TryGetValue(name, out InMemoryQueue? queue) ? queue : _queues[name] = new InMemoryQueue();
}

/// <summary>One queue of <see cref="InMemoryQueues"/>.</summary>
internal sealed class InMemoryQueue : QueueClient
{
    private readonly List<string> _messages = [];
    private bool _exists;

    /// <summary>Called before a message is added. May throw, or take its time.</summary>
    public Func<string, Task> BeforeSend { get; set; } = _ => Task.CompletedTask;

    /// <summary>How long messages stay, of those that were added.</summary>
    public HashSet<TimeSpan?> Lifetimes { get; } = [];

    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_messages)
            {
                return [.. _messages];
            }
        }
    }

    /// <summary>As the host does that worked on all of them.</summary>
    public IReadOnlyList<string> TakeAll()
    {
        lock (_messages)
        {
            string[] taken = [.. _messages];
            _messages.Clear();
            return taken;
        }
    }

    public override Task<Response> CreateIfNotExistsAsync(
        IDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        _exists = true;
        return Task.FromResult<Response>(new BareResponse(201));
    }

    public override async Task<Response<SendReceipt>> SendMessageAsync(
        string messageText,
        TimeSpan? visibilityTimeout = null,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        await BeforeSend(messageText);
        cancellationToken.ThrowIfCancellationRequested();
        RequireQueue();
        lock (_messages)
        {
            _messages.Add(messageText);
            Lifetimes.Add(timeToLive);
        }

        return Response.FromValue(QueuesModelFactory.SendReceipt("id", default, default, "receipt", default), new BareResponse(201));
    }

    public override Task<Response<QueueProperties>> GetPropertiesAsync(CancellationToken cancellationToken = default)
    {
        RequireQueue();
        return Task.FromResult(Response.FromValue(
            QueuesModelFactory.QueueProperties(new Dictionary<string, string>(), Messages.Count), new BareResponse(200)));
    }

    public override Task<Response> ClearMessagesAsync(CancellationToken cancellationToken = default)
    {
        RequireQueue();
        TakeAll();
        return Task.FromResult<Response>(new BareResponse(204));
    }

    private void RequireQueue()
    {
        if (!_exists)
        {
            throw new RequestFailedException(404, "QueueNotFound", "QueueNotFound", null);
        }
    }
}
