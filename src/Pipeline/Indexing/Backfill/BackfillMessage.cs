using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>
/// A message of the queue <c>image-backfill</c>: a model's record of an image may not match the image. Like an event it only says "look".
/// </summary>
/// <param name="Name">The image, 1 to 1,024 characters: at most 8 kB in the queue, which takes 64.</param>
/// <param name="Model">The model, such as <c>vgg16</c>.</param>
internal sealed record BackfillMessage(string Name, string Model)
{
    // Names stay readable in the queue, which is no HTML; what JSON itself must escape still is.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The message as JSON.</summary>
    public string Write() => JsonSerializer.Serialize(this, Options);

    /// <summary>Reads a message. A queue is open to whoever may write to the account, so nothing in it is believed.</summary>
    /// <param name="message">JSON.</param>
    /// <exception cref="InvalidDataException">It is no such message; the text says what is wrong and what is expected.</exception>
    public static BackfillMessage Read(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        BackfillMessage? read;
        try
        {
            read = JsonSerializer.Deserialize<BackfillMessage>(message, Options);
        }
        catch (JsonException exception)
        {
            throw Malformed($"cannot be read ({exception.Message})", exception);
        }

        return read switch
        {
            { Name: null or "" } or null => throw Malformed("has no 'name'"),
            { Name.Length: > ImageId.MaxNameLength and var length } =>
                throw Malformed($"names an image of {length:N0} characters; a name has 1 to {ImageId.MaxNameLength:N0}"),
            { Model: null or "" } => throw Malformed("has no 'model'"),
            _ => read,
        };
    }

    private static InvalidDataException Malformed(string fault, Exception? cause = null) => new(
        $$"""A message about an image to be indexed {{fault}}. Expected is {"name":"NAME","model":"MODEL"}, as ./pipeline backfill writes it.""",
        cause);
}
