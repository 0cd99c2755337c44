using System.Net;
using System.Net.Security;
using Pipeline.Links.Fence;

namespace Pipeline.Links.Fetching;

/// <summary>Makes the HTTP client of links: no redirects, cookies, credentials or proxies of its own, and no connection but by the fence.</summary>
internal static class LinkHttp
{
    public static HttpClient Create(AddressFence fence) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        Credentials = null,
        AutomaticDecompression = DecompressionMethods.All,
        MaxResponseHeadersLength = 64,
        MaxResponseDrainSize = 0,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = new SslClientAuthenticationOptions(),
        ConnectCallback = async (context, stop) =>
            await fence.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, stop).ConfigureAwait(false),
    })
    {
        // The caller has limits of its own for the whole and for pauses.
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders =
        {
            { "Accept", "image/*, text/html;q=0.9, */*;q=0.1" },
            { "User-Agent", "Mozilla/5.0 (compatible; image-similarity-pipeline/1.0)" },
        },
    };
}
