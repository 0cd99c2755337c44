using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by a new or changed blob.</summary>
/// <param name="blobPath">Container and name pattern, such as <c>images/{name}</c>; <c>{name}</c> matches slashes too.</param>
public sealed class BlobTriggerAttribute(string blobPath) : TriggerBindingAttribute
{
    /// <summary>Container and name pattern.</summary>
    public string BlobPath { get; } = blobPath;

    /// <summary>Setting that names the storage account; AzureWebJobsStorage if null.</summary>
    public string? Connection { get; set; }

    /// <summary>How the host learns of blobs. The stand-in watches the container for either.</summary>
    public BlobTriggerSource Source { get; set; } = BlobTriggerSource.LogsAndContainerScan;
}

/// <summary>How the host learns of blobs.</summary>
public enum BlobTriggerSource
{
    /// <summary>By storage logs and by scanning the container.</summary>
    LogsAndContainerScan,

    /// <summary>By Event Grid.</summary>
    EventGrid,
}
