using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Indexing;

/// <summary>
/// A blob's deletion as Event Grid reports it, one event a message, in the Event Grid schema (<c>eventType</c>) or as CloudEvents 1.0
/// (<c>specversion</c>, <c>type</c>). Source: Microsoft's "Azure Blob Storage as an Event Grid source".
/// </summary>
/// <param name="Id">The blob that the subject names; only storage knows whether it is gone.</param>
internal sealed record DeletionEvent(ImageId Id)
{
    private const string DeletedType = "Microsoft.Storage.BlobDeleted";
    private const string Containers = "/blobServices/default/containers/";
    private const string Blobs = "/blobs/";

    // A name has at most 1,024 characters; a message is a little longer than that.
    private const int MostShown = 200;

    /// <summary>Reads a message.</summary>
    /// <param name="message">JSON.</param>
    /// <exception cref="InvalidDataException">It is no such event; the message says what is wrong and what is expected.</exception>
    public static DeletionEvent Read(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            using var json = JsonDocument.Parse(message);
            return Read(json.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is no Unicode, such as half of a surrogate pair.
            throw Malformed($"cannot be read ({exception.Message})", exception);
        }
    }

    private static DeletionEvent Read(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw Malformed($"is a JSON {message.ValueKind}, not an object");
        }

        string type = Text(message, Text(message, "specversion") is null ? "eventType" : "type")
            ?? throw Malformed("has neither 'eventType' nor, with 'specversion', 'type'");
        if (type != DeletedType)
        {
            throw Malformed($"is of type '{Shown(type)}'");
        }

        string subject = Text(message, "subject") ?? throw Malformed("has no 'subject'");
        int name = subject.StartsWith(Containers, StringComparison.Ordinal)
            ? subject.IndexOf(Blobs, Containers.Length, StringComparison.Ordinal)
            : -1;
        string container = name > Containers.Length ? subject[Containers.Length..name] : "";
        if (container.Length == 0 || container.Contains('/', StringComparison.Ordinal))
        {
            throw Malformed($"names no blob in its subject '{Shown(subject)}'");
        }

        string blob = subject[(name + Blobs.Length)..];
        return blob.Length is > 0 and <= ImageId.MaxNameLength
            ? new DeletionEvent(new ImageId(container, blob))
            : throw Malformed($"names a blob of {blob.Length:N0} characters; a name has 1 to {ImageId.MaxNameLength:N0}");
    }

    private static string? Text(JsonElement message, string property) =>
        message.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Shown(string text) => text.Length <= MostShown ? text : $"{text[..MostShown]}...";

    private static InvalidDataException Malformed(string fault, Exception? cause = null) => new(
        $"A message about a deleted blob {fault}. Expected is one event of type {DeletedType} with the subject " +
        $"{Containers}CONTAINER{Blobs}NAME, as Event Grid sends it to a storage queue.",
        cause);
}
