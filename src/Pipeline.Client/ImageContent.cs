using System.Net;
using System.Net.Http.Headers;

namespace Pipeline.Client;

/// <summary>
/// A body of bytes from a stream of the caller, which is copied as it is sent and stays open. It can be sent again if the stream can seek.
/// </summary>
internal sealed class ImageContent : HttpContent
{
    private readonly Stream _stream;
    private readonly long _start;
    private bool _sent;

    public ImageContent(Stream stream, string? contentType = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _start = stream.CanSeek ? stream.Position : 0;
        Headers.ContentType = MediaTypeHeaderValue.Parse(contentType ?? "application/octet-stream");
    }

    /// <summary>Whether it can be sent more than once.</summary>
    public bool IsRepeatable => _stream.CanSeek;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_sent)
        {
            _stream.Position = _start;
        }

        _sent = true;
        await _stream.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _stream.CanSeek ? _stream.Length - _start : 0;
        return _stream.CanSeek;
    }
}
