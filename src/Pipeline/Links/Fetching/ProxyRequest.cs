using System.Text;

namespace Pipeline.Links.Fetching;

/// <summary>What a browser asks a proxy for (RFC 9110, 9.3.6; RFC 9112, 3.2.2).</summary>
/// <param name="Host">The host's name or address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Forwarded">Of plain http the request as the server takes it; null for CONNECT, after which the browser speaks itself.</param>
internal sealed record ProxyRequest(string Host, int Port, byte[]? Forwarded)
{
    // What is between the browser and the proxy only.
    private static readonly string[] OfProxy = ["proxy-connection:", "proxy-authorization:", "connection:", "keep-alive:"];

    /// <summary>Reads a request.</summary>
    /// <param name="head">The request line and the headers, each with its end of line, and the empty line.</param>
    /// <returns>Null for what a proxy does not take.</returns>
    public static ProxyRequest? Parse(string head)
    {
        string[] lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [{ Length: > 0 } method, { } target, "HTTP/1.1" or "HTTP/1.0"])
        {
            return null;
        }

        if (method == "CONNECT")
        {
            return Uri.TryCreate($"tunnel://{target}", UriKind.Absolute, out Uri? authority) && authority is { Host.Length: > 0, Port: > 0 }
                ? new ProxyRequest(authority.Host, authority.Port, null)
                : null;
        }

        if (!Uri.TryCreate(target, UriKind.Absolute, out Uri? address) || address.Scheme != Uri.UriSchemeHttp)
        {
            return null;
        }

        var forwarded = new StringBuilder();
        forwarded.Append(method).Append(' ').Append(address.PathAndQuery).Append(" HTTP/1.1\r\n");
        foreach (string line in lines[1..].TakeWhile(line => line.Length > 0))
        {
            if (!OfProxy.Any(name => line.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
            {
                forwarded.Append(line).Append("\r\n");
            }
        }

        forwarded.Append("Connection: close\r\n\r\n");
        return new ProxyRequest(address.Host, address.Port, Encoding.Latin1.GetBytes(forwarded.ToString()));
    }
}
