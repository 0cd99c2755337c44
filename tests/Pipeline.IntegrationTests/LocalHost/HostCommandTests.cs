using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.LocalHost;

/// <summary>Errors are reported in one sentence on standard error, with an exit code.</summary>
public class HostCommandTests
{
    // Nothing needs to listen there: each of these ends before storage is needed.
    private const string Storage = "UseDevelopmentStorage=true";

    [Theory]
    [InlineData(2, "'http://0.0.0.0:7071' can be reached from other machines, and functions", "--urls", "http://0.0.0.0:7071")]
    [InlineData(2, "'http://192.0.2.1:7071' can be reached from other machines", "--urls", "http://192.0.2.1:7071")]
    [InlineData(2, "'https://127.0.0.1:7071' is not an address to serve at; " +
        "it must be like http://127.0.0.1:7071.", "--urls", "https://127.0.0.1:7071")]
    [InlineData(2, "'7071' is not an address to serve at", "--urls", "7071")]
    [InlineData(2, "Unrecognized command or argument '--unknown'.", "--unknown")]
    [InlineData(1, "There is no folder '/no/such/folder'. Name a built or published function app with --app.", "--app", "/no/such/folder")]
    [InlineData(1, "is not a built function app: it has no worker.config.json.", "--app", "/")]
    public async Task A_wrong_argument_is_refused_by_name(int exitCode, string message, params string[] arguments) =>
        await AssertFailsAsync(exitCode, message, Storage, ["run", .. arguments]);

    [Fact]
    public async Task Events_need_the_address_of_a_host() => await AssertFailsAsync(
        2, "'localhost' is not the address of a host; it must be like http://127.0.0.1:7071.", Storage, ["events", "--host", "localhost"]);

    [Theory]
    [InlineData(null, "The setting 'AzureWebJobsStorage' is missing: set it to a storage connection string")]
    [InlineData("nonsense", "The setting 'AzureWebJobsStorage' is not the connection string of a storage account")]
    public async Task A_missing_or_wrong_setting_is_named(string? storage, string message) =>
        await AssertFailsAsync(1, message, storage, ["run", "--app", LocalHostProcess.App, "--urls", "http://127.0.0.1:0"]);

    [Fact]
    public async Task A_connection_that_a_trigger_names_must_be_set() => await AssertFailsAsync(
        1,
        "The setting 'TestStorage' is missing",
        Storage,
        ["run", "--app", LocalHostProcess.App, "--urls", "http://127.0.0.1:0"],
        ("TestStorage", ""));

    [Fact]
    public async Task A_port_in_use_gives_a_one_line_message()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using LocalHostProcess first = await LocalHostProcess.StartAsync(azurite);
        string address = first.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

        (int exitCode, string output) = await LocalHostProcess.RunAsync(
            azurite.ConnectionString, ["run", "--app", LocalHostProcess.App, "--urls", address]);

        Assert.Equal(1, exitCode);
        Assert.Contains(
            $"{address} is in use by another program. Stop it, or choose another port with --urls.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"extensions\": { \"blobs\": { \"maxDegreeOfParallelism\": 0 } } }", "'extensions.blobs.maxDegreeOfParallelism' is '0'")]
    [InlineData("{ \"version\": ", "host.json cannot be read")]
    public async Task A_wrong_host_json_is_refused(string json, string message)
    {
        string app = LocalHostProcess.AppWith(json);
        await AssertFailsAsync(1, message, Storage, ["run", "--app", app]);
        Directory.Delete(app, recursive: true);
    }

    private static async Task AssertFailsAsync(
        int expected, string message, string? storage, string[] arguments, params (string Name, string Value)[] settings)
    {
        (int exitCode, string output) = await LocalHostProcess.RunAsync(storage, arguments, settings);

        Assert.True(exitCode == expected, $"{exitCode} instead of {expected}:\n{output}");
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Ready:", output, StringComparison.Ordinal);
    }
}
