using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Indexing.PoisonQueue;

/// <summary>A message of the queue <c>webjobs-blobtrigger-poison</c>: the Functions host gave up on a version of a blob.</summary>
/// <param name="FunctionId">The function, such as <c>Host.Functions.EmbedWithVgg16</c>.</param>
/// <param name="ModelKey">
/// The model that the function embeds with, such as <c>vgg16</c>; <see cref="Additional"/> for the function of all models without their own.
/// </param>
/// <param name="Id">The blob.</param>
/// <param name="ETag">Its version, in quotes.</param>
internal sealed record PoisonMessage(string FunctionId, string ModelKey, ImageId Id, string ETag)
{
    /// <summary>Stands for the models that have no function of their own.</summary>
    public const string Additional = "additional";

    private const string FunctionPrefix = "Host.Functions.EmbedWith";

    private static readonly string[] Functions = ["vgg16", "resnet50", Additional];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text that the host wrote: it encodes its messages in Base64; one that is not so encoded is taken as it is.</summary>
    /// <param name="body">A message's body as it lies in the queue.</param>
    public static string Decode(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        byte[] bytes = new byte[body.Length];
        if (!Convert.TryFromBase64String(body, bytes, out int length))
        {
            return body;
        }

        try
        {
            return Utf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return body;
        }
    }

    /// <summary>Reads a message. A queue is open to whoever may write to the account, so nothing in it is believed.</summary>
    /// <param name="text">The decoded text.</param>
    /// <param name="message">What it says.</param>
    /// <param name="fault">Why it is not for this app: what it lacks, without a subject, such as <c>is no JSON</c>.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out PoisonMessage? message, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        message = null;
        Content? content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(text);
        }
        catch (JsonException)
        {
            fault = "is not the host's JSON";
            return false;
        }

        string? model = Functions.FirstOrDefault(
            function => string.Equals(content?.FunctionId, FunctionPrefix + function, StringComparison.OrdinalIgnoreCase));
        fault = content?.Type != "BlobTrigger" ? "is of no blob trigger"
            : model is null ? "is of no function of this app"
            : content.ContainerName != ImagesContainer.DefaultName
                ? $"is of another container than '{ImagesContainer.DefaultName}'"
            : !IsName(content.BlobName) ? "has no blob name that storage takes"
            : !IsETag(content.ETag) ? "has no ETag"
            : null;
        if (fault is not null)
        {
            return false;
        }

        message = new PoisonMessage(
            content!.FunctionId!, model!, new ImageId(content.ContainerName!, content.BlobName!), $"\"{content.ETag!.Trim('"')}\"");
        return true;
    }

    // In an address, segments of dots would lead out of the container.
    private static bool IsName([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 and <= ImageId.MaxNameLength } && !name.Split('/', '\\').Any(segment => segment is "." or "..");

    // It becomes a header: printable ASCII without a quote inside.
    private static bool IsETag([NotNullWhen(true)] string? etag) =>
        etag?.Trim('"') is { Length: > 0 and <= 100 } inner && inner.All(character => character is > ' ' and < '\x7F' and not '"');

    private sealed record Content(string? Type, string? FunctionId, string? ContainerName, string? BlobName, string? ETag);
}
