using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Pipeline.Links.Fetching;

namespace Pipeline.Links.Fence;

/// <summary>The addresses of a host's name.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellationToken);

/// <summary>
/// The only way from links to the network: it connects to public addresses and to no other, however an address is written and whatever a name
/// resolves to. Names are resolved here, all their addresses are checked, and one of these is connected to; so nothing can change between.
/// </summary>
/// <param name="options">What is allowed.</param>
/// <param name="resolve">Finds the addresses of a name.</param>
internal sealed class AddressFence(IOptions<LinkOptions> options, ResolveHost resolve)
{
    /// <summary>Longest address, in characters.</summary>
    public const int MaxLength = 2048;

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    /// <summary>Checks an address as it is written, before anything is resolved.</summary>
    /// <exception cref="LinkException">It is not allowed.</exception>
    public void Check(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new LinkException("A link is an address that begins with http:// or https://. Write it as a browser shows it.");
        }

        if (address.OriginalString.Length > MaxLength)
        {
            throw new LinkException($"The address has more than {MaxLength:N0} characters. Give a shorter one.");
        }

        if (address.UserInfo.Length > 0)
        {
            throw new LinkException("The address has a user name or a password in it. Leave out what is before the @.");
        }

        if (address.Host.Length == 0)
        {
            throw new LinkException("The address names no host.");
        }

        CheckPort(address.Host, address.Port);
        if (Literal(address.Host) is { } literal)
        {
            CheckAddress(address.Host, address.Port, literal);
        }
    }

    /// <summary>Connects.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">The port.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="LinkException">The host is not public, is unknown or does not respond.</exception>
    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await ResolveCheckedAsync(host, port, cancellationToken).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConnectTime);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, limit.Token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception exception) when (
            exception is SocketException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            socket.Dispose();
            throw new LinkException($"The host '{host}' does not respond at port {port}. Try again later.", exception)
            {
                IsWorthRetrying = true,
            };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Resolves a host and checks all its addresses: for one that is connected to by somebody else, at once.</summary>
    /// <exception cref="LinkException">The host is not public, or is unknown.</exception>
    public Task ResolveCheckedAsync(Uri address, CancellationToken cancellationToken) =>
        ResolveCheckedAsync(address.Host, address.Port, cancellationToken);

    private async Task<IPAddress[]> ResolveCheckedAsync(string host, int port, CancellationToken cancellationToken)
    {
        CheckPort(host, port);
        IPAddress[] addresses = Literal(host) is { } literal
            ? [literal]
            : await ResolveAsync(host, cancellationToken).ConfigureAwait(false);

        // All of them: a name of which one address is private is either wrong or made to get there.
        Array.ForEach(addresses, address => CheckAddress(host, port, address));
        return addresses;
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            IPAddress[] addresses = await resolve(host, cancellationToken).ConfigureAwait(false);
            return addresses.Length > 0 ? addresses : throw Unknown(host, null, isWorthRetrying: false);
        }
        catch (SocketException unknown)
        {
            throw Unknown(host, unknown, unknown.SocketErrorCode == SocketError.TryAgain);
        }
    }

    private void CheckPort(string host, int port)
    {
        if (!options.Value.AllowedPorts.Contains(port) && !IsForTests(host, port))
        {
            throw new LinkException(
                $"The address has port {port}; allowed are {string.Join(" and ", options.Value.AllowedPorts)}. The setting Links__Ports " +
                "allows others.");
        }
    }

    private void CheckAddress(string host, int port, IPAddress address)
    {
        if (!PublicAddress.Is(address) && !IsForTests(address.ToString(), port))
        {
            throw new LinkException(
                $"The host '{host}' is not on the public internet. Only public addresses are fetched; upload the image itself instead.");
        }
    }

    private bool IsForTests(string host, int port) => host == "127.0.0.1" && options.Value.TestPorts.Contains(port);

    private static IPAddress? Literal(string host) => IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) ? address : null;

    private static LinkException Unknown(string host, Exception? inner, bool isWorthRetrying) =>
        new($"No host is called '{host}'. Check how the address is written.", inner) { IsWorthRetrying = isWorthRetrying };
}
