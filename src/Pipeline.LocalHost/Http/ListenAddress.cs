using System.Net;
using Microsoft.AspNetCore.Http;

namespace Pipeline.LocalHost.Http;

/// <summary>Where the host serves.</summary>
/// <param name="Address">An address of this machine; all of them if it is <see cref="IPAddress.Any"/>.</param>
/// <param name="Port">The port; 0 is any free one.</param>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    /// <summary>Reads an address for which <see cref="ErrorOf"/> is null.</summary>
    public static ListenAddress Parse(string url)
    {
        BindingAddress parsed = BindingAddress.Parse(url);
        return new ListenAddress(
            parsed.Host switch
            {
                "localhost" => IPAddress.Loopback,
                "*" or "+" => IPAddress.Any,
                string host => IPAddress.Parse(host.Trim('[', ']')),
            },
            parsed.Port);
    }

    /// <summary>What is wrong with an address; null if nothing is.</summary>
    /// <param name="url">As it was typed.</param>
    /// <param name="remote">Whether other machines may reach it.</param>
    public static string? ErrorOf(string url, bool remote)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return Malformed(url);
        }

        if (parsed.Scheme != "http" || parsed.PathBase.Length > 0 || parsed.Port is < 0 or > IPEndPoint.MaxPort)
        {
            return Malformed(url);
        }

        if (parsed.Host is not ("localhost" or "*" or "+") && !IPAddress.TryParse(parsed.Host.Trim('[', ']'), out _))
        {
            return Malformed(url);
        }

        return remote || IPAddress.IsLoopback(Parse(url).Address)
            ? null
            : $"'{url}' can be reached from other machines, and functions are served without keys: use 127.0.0.1, or pass --allow-remote.";
    }

    public override string ToString() => $"http://{new IPEndPoint(Address, Port)}";

    private static string Malformed(string url) => $"'{url}' is not an address to serve at; it must be like http://127.0.0.1:7071.";
}
