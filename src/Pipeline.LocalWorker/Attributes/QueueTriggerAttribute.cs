using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by a message in a storage queue.</summary>
/// <param name="queueName">The queue; its poison queue is <c>NAME-poison</c>.</param>
public sealed class QueueTriggerAttribute(string queueName) : TriggerBindingAttribute
{
    /// <summary>The queue.</summary>
    public string QueueName { get; } = queueName;

    /// <summary>Setting that names the storage account; AzureWebJobsStorage if null.</summary>
    public string? Connection { get; set; }
}
