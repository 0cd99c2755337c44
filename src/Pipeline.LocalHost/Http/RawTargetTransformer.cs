using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// Forwards the request target unchanged: a name such as <c>a%2Fb</c> or <c>50%25.jpg</c> would change if it were decoded and encoded
/// again.
/// </summary>
internal sealed class RawTargetTransformer : HttpTransformer
{
    // Path and query stay as the client sent them; the Uri class would normalise them.
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The path and query that the client sent.</summary>
    /// <param name="target">The request line's target: such a path, or a whole address.</param>
    /// <param name="request">The request.</param>
    public static string PathAndQuery(string target, HttpRequest request) =>
        target.StartsWith('/') ? target : $"{request.Path.ToUriComponent()}{request.QueryString.ToUriComponent()}";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        string target = httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        proxyRequest.RequestUri = new Uri($"{destinationPrefix.TrimEnd('/')}{PathAndQuery(target, httpContext.Request)}", AsIs);

        // The client's Host header, so that the function sees the address that was called.
        proxyRequest.Headers.Host = httpContext.Request.Host.ToUriComponent();
    }
}
