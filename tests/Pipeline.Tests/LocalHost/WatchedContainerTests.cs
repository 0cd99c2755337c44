using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Events;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.Tests.LocalHost;

public class WatchedContainerTests
{
    private static readonly AppSettings Settings = new(new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Container"] = "images",
            ["Images"] = Account("one"),
            ["AzureWebJobsSame"] = Account("one"),
            ["ConnectionStrings:Other"] = Account("two"),
        })
        .Build());

    [Fact]
    public void Functions_of_one_container_are_grouped_and_only_those_that_events_start()
    {
        IReadOnlyList<WatchedContainer> watched = WatchedContainer.Of(
            [
                Blob("A", "images/{name}"),
                Blob("B", "%Container%/thumbs/{name}.png"),
                Blob("C", "images/{name}", source: "LogsAndContainerScan"),
                Blob("D", "images/{name}", connection: "Other"),
                Blob("S", "images/{name}", connection: "Same"),
                Function("""{ "name": "E", "bindings": [ { "name": "t", "type": "timerTrigger", "schedule": "0 * * * * *" } ] }"""),
            ],
            Settings);

        Assert.Equal([("Images", "images"), ("Other", "images")], watched.Select(container => (container.Connection!, container.Name)));
        Assert.Equal(
            [("Host.Functions.A", ""), ("Host.Functions.B", "thumbs/"), ("Host.Functions.S", "")],
            watched[0].Functions.Select(function => (function.FullName, function.Prefix)));
    }

    [Theory]
    [InlineData("images", "must be a container and a name pattern")]
    [InlineData("%Missing%/{name}", "The setting 'Missing' is missing")]
    public void A_path_that_names_nothing_is_an_error(string path, string message) => Assert.Contains(
        message, Assert.Throws<HostFailure>(() => WatchedContainer.Of([Blob("A", path)], Settings)).Message, StringComparison.Ordinal);

    private static string Account(string name) => $"DefaultEndpointsProtocol=https;AccountName={name};AccountKey=a2V5";

    private static FunctionDefinition Blob(string name, string path, string connection = "Images", string source = "EventGrid") => Function(
        $$"""
        {
          "name": "{{name}}",
          "bindings": [
            { "name": "blob", "type": "blobTrigger", "path": "{{path}}", "connection": "{{connection}}", "source": "{{source}}" }
          ]
        }
        """);

    private static FunctionDefinition Function(string json) => FunctionDefinition.Read(JsonDocument.Parse(json).RootElement);
}
