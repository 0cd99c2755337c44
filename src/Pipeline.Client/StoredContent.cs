namespace Pipeline.Client;

/// <summary>The bytes of an image, which are read as they arrive. To be disposed of.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="ContentType">What they are, such as <c>image/jpeg</c>; null if that is not known.</param>
/// <param name="ETag">Which version of the image they are, to ask for newer ones; null if that is not known.</param>
public sealed record StoredContent(Stream Bytes, string? ContentType, string? ETag) : IAsyncDisposable
{
    /// <summary>Ends the response.</summary>
    public ValueTask DisposeAsync() => Bytes.DisposeAsync();
}
