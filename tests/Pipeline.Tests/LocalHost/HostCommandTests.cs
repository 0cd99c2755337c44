using System.CommandLine;
using Pipeline.LocalHost.Commands;
using Pipeline.LocalHost.Http;

namespace Pipeline.Tests.LocalHost;

public class HostCommandTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("run --urls http://127.0.0.1:0 --events")]
    [InlineData("run --urls http://localhost:80")]
    [InlineData("run --urls http://[::1]:7071")]
    [InlineData("run --urls http://0.0.0.0:7071 --allow-remote")]
    [InlineData("run --urls http://*:7071 --allow-remote")]
    [InlineData("events --host http://127.0.0.1:7071")]
    public void Right_calls_are_understood(string call) => Assert.Empty(Errors(call));

    [Theory]
    [InlineData("run --urls http://0.0.0.0:7071", "use 127.0.0.1, or pass --allow-remote.")]
    [InlineData("run --urls http://*:7071", "can be reached from other machines")]
    [InlineData("run --urls http://[::]:7071", "can be reached from other machines")]
    [InlineData("run --urls http://example.com:7071 --allow-remote", "is not an address to serve at")]
    [InlineData("run --urls http://127.0.0.1:70000", "is not an address to serve at")]
    [InlineData("run --urls http://127.0.0.1:7071/path", "is not an address to serve at")]
    [InlineData("run --urls http://127.0.0.1:7071;http://127.0.0.1:7072", "is not an address to serve at")]
    [InlineData("events", "Option '--host' is required.")]
    [InlineData("events --host ftp://127.0.0.1", "is not the address of a host")]
    public void Wrong_calls_are_refused_with_a_message(string call, string message) =>
        Assert.Contains(Errors(call), error => error.Contains(message, StringComparison.Ordinal));

    [Theory]
    [InlineData("http://localhost:5", "http://127.0.0.1:5")]
    [InlineData("http://*:5", "http://0.0.0.0:5")]
    [InlineData("http://[::1]:5", "http://[::1]:5")]
    public void An_address_is_shown_in_its_full_form(string typed, string said) =>
        Assert.Equal(said, ListenAddress.Parse(typed).ToString());

    private static string[] Errors(string call) =>
        [.. HostCommand.Create(TextWriter.Null).Parse(call.Split(' ')).Errors.Select(error => error.Message)];
}
