using Pipeline.Cli.Accounts;
using Pipeline.Cli.Hosting;
using Pipeline.Cli.Poison;

namespace Pipeline.Tests.Cli;

public class ImagesAccountTests
{
    [Theory]
    [InlineData("stimages123")]
    [InlineData("https://stimages123.queue.core.windows.net")]
    [InlineData("https://stimages123.blob.core.windows.net/")]
    [InlineData("https://stimages123.table.core.usgovcloudapi.net")]
    [InlineData("UseDevelopmentStorage=true")]
    public void Accounts_addresses_and_the_emulator_are_taken(string storage) => Assert.Null(ImagesAccount.ErrorOf(storage));

    [Fact]
    public void What_up_prints_is_taken() => Assert.Null(ImagesAccount.ErrorOf(EmulatorConnection.String(1, 2, 3)));

    [Theory]
    [InlineData("http://stimages123.queue.core.windows.net")]
    [InlineData("https://stimages123.queue.core.windows.net.evil.example")]
    [InlineData("https://evil.example/stimages123.queue.core.windows.net")]
    [InlineData("https://user@stimages123.queue.core.windows.net")]
    [InlineData("Capitals")]
    [InlineData("no")]
    [InlineData("")]
    public void Where_a_token_must_not_go_is_refused(string storage) =>
        Assert.Equal(
            "--storage takes the name of a storage account, an address such as https://ACCOUNT.queue.core.windows.net, " +
            $"or the emulator's connection string, not '{storage}'.",
            ImagesAccount.ErrorOf(storage));

    [Theory]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=stimages123;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net")]
    [InlineData("BlobEndpoint=https://stimages123.blob.core.windows.net;SharedAccessSignature=sig=c2VjcmV0")]
    [InlineData("https://stimages123.queue.core.windows.net/?sig=c2VjcmV0")]
    public void A_key_on_the_command_line_is_refused_and_not_repeated(string storage)
    {
        string error = ImagesAccount.ErrorOf(storage)!;

        Assert.Contains("set the environment variable ImagesStorage", error, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Characters_that_control_a_terminal_are_not_shown() =>
        Assert.Equal("a\uFFFD[31m花\uFFFD\uFFFD.jpg", PoisonTables.Sanitise("a\u001b[31m花\r\u202e.jpg"));
}
