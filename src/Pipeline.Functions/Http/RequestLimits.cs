using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Pipeline.Functions.Http;

/// <summary>
/// How long a body the worker's own server reads. ASP.NET Core stops at 30,000,000 bytes and breaks the connection, which the caller sees
/// as a 500 without a body; two images of 20 MB are longer. So it reads what the Functions host lets through, and the functions answer 413
/// themselves.
/// </summary>
internal sealed class RequestLimits : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>The Functions host's own limit; it answers a longer body itself, with 500 and no body.</summary>
    public const long MaxBodyBytes = 100 * 1024 * 1024;

    public void Configure(KestrelServerOptions options) => options.Limits.MaxRequestBodySize = MaxBodyBytes;
}
