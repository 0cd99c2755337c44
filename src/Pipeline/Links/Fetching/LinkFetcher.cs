using System.Net;
using System.Text;
using Pipeline.Imaging;
using Pipeline.Links.Fence;

namespace Pipeline.Links.Fetching;

/// <summary>What a request for an address gave.</summary>
/// <param name="Address">The address after all redirects.</param>
/// <param name="Image">The bytes of an image that is accepted; null for a page.</param>
internal sealed record FetchedContent(Uri Address, ReadOnlyMemory<byte>? Image);

/// <summary>
/// Requests an address and follows its redirects, each by the fence. What it leads to is known by its bytes, whatever it is called: an image
/// is read to its end, of a page only its beginning.
/// </summary>
/// <param name="fence">The way to the network.</param>
/// <param name="decoder">Says what is an image.</param>
internal sealed class LinkFetcher(AddressFence fence, ImageDecoder decoder) : IDisposable
{
    /// <summary>Most redirects that are followed.</summary>
    public const int MaxRedirects = 5;

    private const int ChunkLength = 65_536;

    // A document may begin with comments and white space.
    private const int SniffedBytes = 4096;

    private static readonly string[] PageTags = ["<!doctype html", "<html", "<head", "<body", "<title", "<script", "<div", "<p>", "<h1"];

    private readonly HttpClient _http = LinkHttp.Create(fence);

    /// <summary>How long one link may take, redirects included.</summary>
    public TimeSpan WholeTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long nothing may come.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Fetches.</summary>
    /// <param name="address">The address.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="LinkException">It leads to nothing that is accepted.</exception>
    public async Task<FetchedContent> FetchAsync(Uri address, CancellationToken cancellationToken)
    {
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        whole.CancelAfter(WholeTime);
        try
        {
            return await FollowAsync(address, whole.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LinkException(
                $"The host '{address.Host}' is too slow: nothing came for {IdleTime.TotalSeconds:0} seconds, or it was not done after " +
                $"{WholeTime.TotalSeconds:0}. Try again later.") { IsWorthRetrying = true };
        }
        catch (HttpRequestException failed) when (failed.InnerException is LinkException refused)
        {
            throw new LinkException(refused.Message, failed) { IsWorthRetrying = refused.IsWorthRetrying };
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            throw new LinkException(
                $"The host '{address.Host}' does not speak HTTP as it should, or the connection broke ({failed.Message}). Open the " +
                "address in a browser, and try again if it works there.",
                failed) { IsWorthRetrying = true };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<FetchedContent> FollowAsync(Uri address, CancellationToken cancellationToken)
    {
        for (int redirects = 0; ; redirects++)
        {
            fence.Check(address);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using HttpResponseMessage response = await WithinAsync(
                stop => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop), cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest
                && response.Headers.Location is { } location)
            {
                address = redirects < MaxRedirects
                    ? Redirected(address, location)
                    : throw new LinkException(
                        $"The address was redirected more than {MaxRedirects} times. Give the address that a browser shows in the end.");
                continue;
            }

            return response.IsSuccessStatusCode
                ? await ReadAsync(address, response, cancellationToken).ConfigureAwait(false)
                : throw Refused(address, response.StatusCode);
        }
    }

    private static Uri Redirected(Uri from, Uri location)
    {
        if (!Uri.TryCreate(from, location, out Uri? to))
        {
            throw new LinkException("The address is redirected to something that is no address. Give the address of an image or a page.");
        }

        return from.Scheme == Uri.UriSchemeHttps && to.Scheme == Uri.UriSchemeHttp
            ? throw new LinkException("The address is redirected from https to http, which is not followed. Give the http address itself.")
            : to;
    }

    private static LinkException Refused(Uri address, HttpStatusCode status) => new(
        $"The host '{address.Host}' responded with {(int)status} ({status}). Open the address in a browser to see whether it is there " +
        "for everybody.")
    {
        IsWorthRetrying = status
            is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
    };

    private async Task<FetchedContent> ReadAsync(Uri address, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        long limit = decoder.Limits.MaxBytes;
        using var content = new MemoryStream();
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] chunk = new byte[ChunkLength];
        bool? isImage = null;
        while (await ReadChunkAsync(body, chunk, address, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            // Counted as it comes: what a header says, and how small it was packed, counts for nothing.
            if (content.Length + read > limit)
            {
                throw new LinkException(
                    $"The address leads to more than {limit / (1024 * 1024)} MB, which is the most that is allowed for an image.");
            }

            content.Write(chunk, 0, read);
            if (isImage is null && content.Length >= SniffedBytes)
            {
                isImage = IsImage(content, response);
                if (isImage is false)
                {
                    break;
                }
            }
        }

        return isImage ?? IsImage(content, response)
            ? new FetchedContent(address, await CheckedAsync(content.ToArray(), cancellationToken).ConfigureAwait(false))
            : new FetchedContent(address, null);
    }

    private async Task<int> ReadChunkAsync(Stream body, byte[] chunk, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await WithinAsync(stop => body.ReadAsync(chunk, stop).AsTask(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is InvalidDataException or InvalidOperationException)
        {
            // The first is what gzip and deflate throw, the second what Brotli does.
            throw new LinkException(
                $"The host '{address.Host}' says that its response is compressed, and it cannot be decompressed. Open the address in a " +
                "browser, and upload the image itself if it is shown there.",
                broken);
        }
    }

    private async Task<byte[]> CheckedAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            await decoder.CheckAsync(new EncodedImage(bytes), cancellationToken).ConfigureAwait(false);
            return bytes;
        }
        catch (InvalidImageException invalid)
        {
            throw new LinkException($"The address leads to an image that is not accepted. {invalid.Message}", invalid);
        }
    }

    /// <returns>False for a page.</returns>
    /// <exception cref="LinkException">It is neither.</exception>
    private static bool IsImage(MemoryStream content, HttpResponseMessage response)
    {
        string host = response.RequestMessage!.RequestUri!.Host;
        string? type = response.Content.Headers.ContentType?.MediaType;
        ReadOnlySpan<byte> bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        if (bytes.IsEmpty)
        {
            throw new LinkException($"The host '{host}' responded without content.");
        }

        if (ImageSignature.Find(bytes) is not null)
        {
            return true;
        }

        // What a browser would take for a page (WHATWG, MIME Sniffing): it begins with a tag, and has one that pages have.
        string text = TextOf(bytes[..Math.Min(bytes.Length, SniffedBytes)]).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        bool isPage = text.StartsWith('<') && PageTags.Any(tag => text.Contains(tag, StringComparison.OrdinalIgnoreCase));
        return (isPage, type) switch
        {
            (true, null or "text/html" or "application/xhtml+xml") => false,
            (true, _) => throw new LinkException(
                $"The host '{host}' sends a page and says that it is '{type}', so a browser would not show it. Give another address."),
            _ => throw new LinkException(
                $"The address leads to neither an image nor a page. {ForeignContent.Describe(bytes)}"),
        };
    }

    /// <summary>Tags are of ASCII letters, which all encodings of pages have in common but UTF-16; that begins with its mark.</summary>
    private static string TextOf(ReadOnlySpan<byte> bytes) =>
        (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode
        : Encoding.UTF8).GetString(bytes);

    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(IdleTime);
        return await call(idle.Token).ConfigureAwait(false);
    }
}
