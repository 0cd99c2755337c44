using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Functions.Http;

/// <summary>What lets a browser keep an image, and ask whether it is still the same.</summary>
internal static class CacheHeaders
{
    // After this an image that was replaced or deleted shows as what it is now.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    /// <summary>Writes the version, and how long the browser need not ask. Other caches keep nothing: not everybody may see it.</summary>
    /// <param name="response">The response.</param>
    /// <param name="etag">The version, in quotes.</param>
    public static void WriteTo(HttpResponse response, string etag)
    {
        ResponseHeaders headers = response.GetTypedHeaders();
        headers.ETag = new EntityTagHeaderValue(etag);
        headers.CacheControl = new CacheControlHeaderValue { Private = true, MaxAge = MaxAge };
    }

    /// <summary>Whether the caller has a version already, by its header If-None-Match.</summary>
    /// <param name="request">The request.</param>
    /// <param name="etag">The version, in quotes.</param>
    public static bool IsKnown(HttpRequest request, string etag)
    {
        var version = new EntityTagHeaderValue(etag);
        return request.GetTypedHeaders().IfNoneMatch.Any(
            known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(version, useStrongComparison: false));
    }
}
