using System.Text;
using Pipeline.Links.Fetching;

namespace Pipeline.Tests.Links;

public class ProxyRequestTests
{
    [Theory]
    [InlineData("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", "example.com", 443)]
    [InlineData("CONNECT [2606:4700::1111]:443 HTTP/1.1\r\n\r\n", "[2606:4700::1111]", 443)]
    public void A_tunnel_has_a_host_and_a_port(string head, string host, int port) =>
        Assert.Equal(new ProxyRequest(host, port, null), ProxyRequest.Parse(head));

    [Fact]
    public void A_plain_request_is_forwarded_as_its_server_takes_it()
    {
        ProxyRequest? request = ProxyRequest.Parse(
            "GET http://example.com:8080/a?b HTTP/1.1\r\nHost: example.com:8080\r\nProxy-Connection: keep-alive\r\n" +
            "Connection: keep-alive\r\nAccept: */*\r\n\r\n");

        Assert.Equal(("example.com", 8080), (request!.Host, request.Port));
        Assert.Equal(
            "GET /a?b HTTP/1.1\r\nHost: example.com:8080\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            Encoding.Latin1.GetString(request.Forwarded!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET https://example.com/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET ftp://example.com/ HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT example.com HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT :443 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT example.com:443\r\n\r\n")]
    [InlineData("CONNECT example.com:99999 HTTP/1.1\r\n\r\n")]
    public void What_a_proxy_does_not_take_is_none(string head) => Assert.Null(ProxyRequest.Parse(head));
}
