using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.LocalHost.Http;

/// <summary>Sends the target on as it came: a name such as <c>a%2Fb</c> or <c>50%25.jpg</c> is another one once decoded and encoded again.</summary>
internal sealed class RawTargetTransformer : HttpTransformer
{
    // The path and query are the client's; the Uri class would tidy them up.
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

        // As the client named the host: the function sees the address that it was called by.
        proxyRequest.Headers.Host = httpContext.Request.Host.ToUriComponent();
    }
}
