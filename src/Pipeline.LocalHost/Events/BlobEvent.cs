using System.Text.Json.Serialization;
using Azure.Storage.Blobs.Models;

namespace Pipeline.LocalHost.Events;

/// <summary>An event in the schema of Event Grid; see Microsoft's "Azure Blob Storage as an Event Grid source".</summary>
internal sealed record BlobEvent
{
    private const string Created = "Microsoft.Storage.BlobCreated";
    private const string Deleted = "Microsoft.Storage.BlobDeleted";

    [JsonPropertyName("id")]
    public string Id { get; } = Guid.NewGuid().ToString();

    [JsonPropertyName("topic")]
    public string Topic { get; } = "/local";

    [JsonPropertyName("subject")]
    public required string Subject { get; init; }

    [JsonPropertyName("eventType")]
    public required string EventType { get; init; }

    [JsonPropertyName("eventTime")]
    public required DateTimeOffset EventTime { get; init; }

    [JsonPropertyName("data")]
    public required BlobEventData Data { get; init; }

    [JsonPropertyName("dataVersion")]
    public string DataVersion { get; } = "";

    [JsonPropertyName("metadataVersion")]
    public string MetadataVersion { get; } = "1";

    /// <summary>A blob was written.</summary>
    /// <param name="container">Its container.</param>
    /// <param name="blob">The blob, as listed.</param>
    /// <param name="address">Its address, percent-encoded.</param>
    public static BlobEvent OfCreated(string container, BlobItem blob, Uri address) => new()
    {
        Subject = SubjectOf(container, blob.Name),
        EventType = Created,
        EventTime = blob.Properties.LastModified ?? DateTimeOffset.UtcNow,
        Data = new BlobEventData
        {
            Api = "PutBlob",
            Url = address.AbsoluteUri,
            ETag = Version(blob),
            BlobType = $"{blob.Properties.BlobType ?? BlobType.Block}Blob",
            ContentType = blob.Properties.ContentType,
            ContentLength = blob.Properties.ContentLength,
        },
    };

    /// <summary>A blob was deleted.</summary>
    /// <inheritdoc cref="OfCreated"/>
    /// <param name="container">Its container.</param>
    /// <param name="name">Its name.</param>
    /// <param name="address">Its address, percent-encoded.</param>
    /// <param name="time">When the deletion was noticed.</param>
    public static BlobEvent OfDeleted(string container, string name, Uri address, DateTimeOffset time) => new()
    {
        Subject = SubjectOf(container, name),
        EventType = Deleted,
        EventTime = time,
        Data = new BlobEventData { Api = "DeleteBlob", Url = address.AbsoluteUri, BlobType = "BlockBlob" },
    };

    /// <summary>A blob's ETag without quotes, as in events.</summary>
    public static string Version(BlobItem blob) => blob.Properties.ETag?.ToString().Trim('"') ?? "";

    private static string SubjectOf(string container, string name) => $"/blobServices/default/containers/{container}/blobs/{name}";
}

/// <summary>The data of an event about a blob.</summary>
internal sealed record BlobEventData
{
    [JsonPropertyName("api")]
    public required string Api { get; init; }

    [JsonPropertyName("url")]
    public required string Url { get; init; }

    [JsonPropertyName("blobType")]
    public required string BlobType { get; init; }

    [JsonPropertyName("eTag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    [JsonPropertyName("contentType")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    [JsonPropertyName("contentLength")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ContentLength { get; init; }
}
