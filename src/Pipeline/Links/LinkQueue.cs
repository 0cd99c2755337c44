using Azure.Storage.Queues;
using Pipeline.Storage;

namespace Pipeline.Links;

/// <summary>The queue <c>links</c>, whose messages are ids of links to fetch.</summary>
/// <param name="service">The account's queues, whose messages are in Base64, as <c>host.json</c> says.</param>
internal sealed class LinkQueue(QueueServiceClient service)
{
    /// <summary>The queue's name.</summary>
    public const string Name = "links";

    /// <summary>The name that the host gives to the queue of what failed five times.</summary>
    public const string PoisonName = $"{Name}-poison";

    private readonly QueueClient _queue = service.GetQueueClient(Name);

    /// <summary>Queues a link.</summary>
    public Task SendAsync(string id, CancellationToken cancellationToken) => _queue.SendAsync(id, cancellationToken);
}
