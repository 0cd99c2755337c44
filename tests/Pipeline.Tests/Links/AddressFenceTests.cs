using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Pipeline.Links;
using Pipeline.Links.Fence;
using Pipeline.Links.Fetching;

namespace Pipeline.Tests.Links;

public sealed class AddressFenceTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly LinkOptions _options = new();
    private int _resolved;

    public AddressFenceTests() => _server.Start();

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("ftp://example.com/a.jpg", "http://")]
    [InlineData("file:///etc/passwd", "http://")]
    [InlineData("gopher://example.com", "http://")]
    [InlineData("javascript:alert(1)", "http://")]
    [InlineData("http://user:secret@example.com/", "password")]
    [InlineData("http://user@example.com/", "user name")]
    [InlineData("http://example.com:22/", "port 22")]
    [InlineData("https://example.com:8443/", "port 8443")]
    [InlineData("http://127.0.0.1/", "public")]
    [InlineData("http://2130706433/", "public")]
    [InlineData("http://0x7f.0.0.1/", "public")]
    [InlineData("http://0177.0.0.1/", "public")]
    [InlineData("http://127.1/", "public")]
    [InlineData("http://[::1]/", "public")]
    [InlineData("http://[::ffff:10.0.0.1]/", "public")]
    [InlineData("http://169.254.169.254/metadata/identity/oauth2/token", "public")]
    public void An_address_that_is_not_allowed_is_refused_with_the_reason(string address, string reason)
    {
        string message = Assert.Throws<LinkException>(() => Fence().Check(new Uri(address))).Message;

        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://example.com/a.jpg?b=c#d")]
    [InlineData("https://example.com")]
    [InlineData("https://8.8.8.8/")]
    [InlineData("https://bücher.example/")]
    public void A_public_address_is_allowed(string address) => Fence().Check(new Uri(address));

    [Fact]
    public void An_address_has_at_most_2048_characters()
    {
        string message = Assert.Throws<LinkException>(() => Fence().Check(new Uri($"http://example.com/{new string('a', 2048)}"))).Message;

        Assert.Contains("2,048", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("inside.example", "10.1.2.3")]
    [InlineData("metadata.example", "169.254.169.254")]
    [InlineData("six.example", "fd00::1")]
    [InlineData("mixed.example", "93.184.216.34", "127.0.0.1")]
    public async Task A_name_of_which_one_address_is_private_is_refused_before_anything_is_sent(string host, params string[] addresses)
    {
        AddressFence fence = Fence(addresses);

        LinkException refused = await Assert.ThrowsAsync<LinkException>(() => fence.ConnectAsync(host, 80, CancellationToken));

        Assert.Contains("public", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.IsWorthRetrying);
        Assert.DoesNotContain(addresses[^1], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_public_when_it_is_checked_and_private_when_it_is_connected_to_is_refused()
    {
        // Resolved once for a connection, and what was resolved is what is connected to: a second answer is never asked for.
        var fence = new AddressFence(Options.Create(_options), (_, _) =>
            Task.FromResult<IPAddress[]>([++_resolved == 1 ? IPAddress.Parse("93.184.216.34") : IPAddress.Loopback]));
        await fence.ResolveCheckedAsync(new Uri("http://rebound.example/"), CancellationToken);

        LinkException refused = await Assert.ThrowsAsync<LinkException>(() => fence.ConnectAsync("rebound.example", 80, CancellationToken));

        Assert.Contains("public", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, _resolved);
    }

    [Fact]
    public async Task Only_the_port_of_a_test_is_reached_at_loopback_and_only_by_its_address()
    {
        _options.TestPorts.Add(Port);
        AddressFence fence = Fence("127.0.0.1");

        await (await fence.ConnectAsync("127.0.0.1", Port, CancellationToken)).DisposeAsync();
        await Assert.ThrowsAsync<LinkException>(() => fence.ConnectAsync("127.0.0.1", Port + 1, CancellationToken));
        await Assert.ThrowsAsync<LinkException>(() => fence.ConnectAsync("localhost", Port, CancellationToken));
        await Assert.ThrowsAsync<LinkException>(() => fence.ConnectAsync("127.0.0.2", Port, CancellationToken));
        await Assert.ThrowsAsync<LinkException>(() => fence.ConnectAsync("127.0.0.1", 80, CancellationToken));
    }

    [Fact]
    public async Task A_host_that_nobody_knows_is_named()
    {
        var fence = new AddressFence(Options.Create(_options), (_, _) => throw new SocketException((int)SocketError.HostNotFound));

        LinkException unknown = await Assert.ThrowsAsync<LinkException>(() => fence.ConnectAsync("no.example", 443, CancellationToken));

        Assert.Contains("'no.example'", unknown.Message, StringComparison.Ordinal);
        Assert.False(unknown.IsWorthRetrying);
    }

    [Fact]
    public void Ports_can_be_set()
    {
        _options.Ports.Add(8443);

        Fence().Check(new Uri("https://example.com:8443/"));
        Assert.Throws<LinkException>(() => Fence().Check(new Uri("https://example.com/")));
    }

    private AddressFence Fence(params string[] addresses) =>
        new(Options.Create(_options), (_, _) => Task.FromResult(Array.ConvertAll(addresses, IPAddress.Parse)));
}
