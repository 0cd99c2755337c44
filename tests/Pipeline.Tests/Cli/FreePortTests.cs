using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Pipeline.Cli;
using Pipeline.Cli.Hosting;

namespace Pipeline.Tests.Cli;

public class FreePortTests
{
    [Fact]
    public void Free_ports_are_all_different_and_can_be_had()
    {
        int[] ports = FreePort.Find(4);

        Assert.Equal(4, ports.Distinct().Count());
        Assert.All(ports, FreePort.Require);
    }

    [Fact]
    public void A_port_in_use_is_refused_with_its_number_and_the_option()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var failure = Assert.Throws<CommandFailure>(() => FreePort.Require(port));

        Assert.StartsWith($"Port {port} is in use", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--port", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Preferred_ports_give_way_where_one_of_them_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        int[] ports = FreePort.Prefer(port - 1, 3);

        Assert.Equal(3, ports.Length);
        Assert.DoesNotContain(port, ports);
    }

    [Fact]
    public void The_connection_string_leads_every_client_to_its_own_port()
    {
        string connection = EmulatorConnection.String(1001, 1002, 1003);

        Assert.Equal("http://127.0.0.1:1001/devstoreaccount1", new BlobServiceClient(connection).Uri.ToString().TrimEnd('/'));
        Assert.Equal("http://127.0.0.1:1003/devstoreaccount1", new TableServiceClient(connection).Uri.ToString().TrimEnd('/'));
        Assert.Contains("QueueEndpoint=http://127.0.0.1:1002/devstoreaccount1;", connection, StringComparison.Ordinal);
    }
}
