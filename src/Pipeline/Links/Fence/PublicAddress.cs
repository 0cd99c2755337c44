using System.Net;
using System.Net.Sockets;

namespace Pipeline.Links.Fence;

/// <summary>Which addresses belong to the public internet, by IANA's registries of special-purpose addresses (RFC 6890, RFC 8190).</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Special4 =
    [
        .. new[]
        {
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // shared by a provider's customers
            "127.0.0.0/8", // loopback
            "168.63.129.16/32", // the platform's own services, in Azure
            "169.254.0.0/16", // link-local: 169.254.169.254 has a machine's identity
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // relays of 6to4
            "192.168.0.0/16", // private
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, broadcast
        }.Select(text => IPNetwork.Parse(text)),
    ];

    // All that is public lies in 2000::/3; of that these are not, or lead to an address of IPv4 that is not looked at.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special6 =
    [
        .. new[]
        {
            "2001::/23", // protocol assignments, Teredo among them
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4
            "3fff::/20", // documentation
        }.Select(text => IPNetwork.Parse(text)),
    ];

    /// <summary>Whether an address is public.</summary>
    public static bool Is(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Array.Exists(Special4, network => network.Contains(address)),
            AddressFamily.InterNetworkV6 => address.ScopeId == 0
                && Global6.Contains(address)
                && !Array.Exists(Special6, network => network.Contains(address)),
            _ => false,
        };
    }
}
