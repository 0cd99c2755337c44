using System.Net;
using System.Numerics;
using CsCheck;
using Pipeline.Links.Fence;

namespace Pipeline.Tests.Links;

public class PublicAddressTests
{
    // First and last of each range, by IANA's registries.
    private static readonly (string First, string Last)[] Special =
    [
        ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255"), ("127.0.0.0", "127.255.255.255"),
        ("168.63.129.16", "168.63.129.16"), ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"), ("192.88.99.0", "192.88.99.255"), ("192.168.0.0", "192.168.255.255"),
        ("198.18.0.0", "198.19.255.255"), ("198.51.100.0", "198.51.100.255"), ("203.0.113.0", "203.0.113.255"),
        ("224.0.0.0", "255.255.255.255"),
    ];

    [Fact]
    public void An_address_of_four_bytes_is_public_if_it_is_in_no_special_range() => Gen.OneOf(
            Gen.UInt,
            Gen.Select(Gen.Int[0, Special.Length - 1], Gen.Int[-2, 2], Gen.Bool, Near))
        .Sample(number =>
        {
            bool isSpecial = Array.Exists(Special, range => number >= Number(range.First) && number <= Number(range.Last));

            Assert.Equal(!isSpecial, PublicAddress.Is(Address(number)));
            Assert.Equal(!isSpecial, PublicAddress.Is(Address(number).MapToIPv6()));
        }, iter: 20_000);

    [Theory]
    [InlineData("2606:4700::1111", true)]
    [InlineData("2a00:1450:4001::1", true)]
    [InlineData("3ffe::1", true)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::8.8.8.8", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b:1::7f00:1", false)]
    [InlineData("100::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:0:7f00:1::", false)]
    [InlineData("2001:1ff:ffff::1", false)]
    [InlineData("2001:200::1", true)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("3fff::1", false)]
    [InlineData("5f00::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%2", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void An_address_of_sixteen_bytes_is_public_if_it_is_global_and_leads_to_no_other(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public void Outside_of_global_unicast_nothing_is_public() => Gen.Byte.Array[16].Where(bytes => bytes[0] >> 5 != 1)
        .Where(bytes => !new IPAddress(bytes).IsIPv4MappedToIPv6)
        .Sample(bytes => Assert.False(PublicAddress.Is(new IPAddress(bytes))));

    private static uint Near(int range, int distance, bool last) =>
        (uint)((long)Number(last ? Special[range].Last : Special[range].First) + distance);

    private static uint Number(string address) => (uint)new BigInteger(IPAddress.Parse(address).GetAddressBytes(), true, true);

    private static IPAddress Address(uint number) => new([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
}
