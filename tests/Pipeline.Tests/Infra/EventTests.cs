using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Triggers;
using Pipeline.Search;
using Pipeline.Tests.Functions;

namespace Pipeline.Tests.Infra;

/// <summary>What happens to a blob reaches the function that waits for it, once the code is there.</summary>
public partial class EventTests
{
    private const string Subscriptions = "Microsoft.EventGrid/systemTopics/eventSubscriptions";

    private static readonly IReadOnlyList<DeclaredFunction> Declared = DeclaredFunction.All;

    [Fact]
    public async Task There_is_one_subscription_a_blob_function_and_one_for_deletions() => Assert.Equal(
        ["embed-with-vgg16", "embed-with-resnet50", "embed-with-additional", "remove-image"],
        (await Deployment.OfEventsAsync()).Names(Subscriptions));

    [Fact]
    public async Task Each_blob_function_is_named_by_one_webhook()
    {
        Deployment deployment = await Deployment.OfEventsAsync();

        IEnumerable<string> named = deployment.OfType(Subscriptions)
            .Where(subscription => subscription["properties"]!["destination"] is not null)
            .Select(Address)
            .Select(address => FunctionName().Match(address).Groups[1].Value);

        Assert.Equal(
            Declared.Where(function => function.Trigger is BlobTriggerAttribute).Select(function => function.Name).Order(), named.Order());
    }

    [Fact]
    public async Task Webhooks_are_called_with_the_hosts_own_key_read_at_deployment()
    {
        JsonObject[] webhooks = [.. (await Deployment.OfEventsAsync()).OfType(Subscriptions)
            .Where(subscription => subscription["properties"]!["destination"] is not null)];

        Assert.Equal(3, webhooks.Length);
        Assert.All(webhooks, webhook =>
        {
            Assert.Equal("WebHook", Deployment.Text(webhook["properties"]!["destination"]!["endpointType"]));
            Assert.StartsWith(
                "[format('{0}?functionName=Host.Functions.{1}&code={2}', format('https://{0}/runtime/webhooks/blobs', ", Address(webhook));
            Assert.Matches(@"listKeys\(.*/sites/app/host/default.*\)\.systemKeys\.blobs_extension", Address(webhook));
        });
    }

    [Fact]
    public async Task Created_blobs_go_to_the_webhooks_and_deleted_ones_to_the_queue_from_the_images_container_alone()
    {
        Deployment deployment = await Deployment.OfEventsAsync();

        Assert.All(deployment.OfType(Subscriptions), subscription =>
        {
            JsonNode filter = subscription["properties"]!["filter"]!;
            bool removal = Deployment.Text(subscription["name"]).EndsWith("remove-image", StringComparison.Ordinal);
            Assert.Equal(
                removal ? "Microsoft.Storage.BlobDeleted" : "Microsoft.Storage.BlobCreated",
                Deployment.Text(Assert.Single(filter["includedEventTypes"]!.AsArray())));
            Assert.Equal("/blobServices/default/containers/images/", Deployment.Text(filter["subjectBeginsWith"]));
            Assert.Null(filter["subjectEndsWith"]);
        });
    }

    [Fact]
    public async Task Deletions_are_put_in_the_queue_that_the_removing_function_reads()
    {
        JsonObject removal = (await Deployment.OfEventsAsync()).OfType(Subscriptions)
            .Single(subscription => Deployment.Text(subscription["name"]).EndsWith("remove-image", StringComparison.Ordinal));
        JsonNode delivery = removal["properties"]!["deliveryWithResourceIdentity"]!;

        Assert.Equal("SystemAssigned", Deployment.Text(delivery["identity"]!["type"]));
        Assert.Equal("StorageQueue", Deployment.Text(delivery["destination"]!["endpointType"]));
        Assert.EndsWith("/storageAccounts/imagesaccount", Deployment.Text(delivery["destination"]!["properties"]!["resourceId"]));
        string queue = Deployment.Text(delivery["destination"]!["properties"]!["queueName"]);
        Assert.Contains(queue, (await Deployment.OfMainAsync()).Names("Microsoft.Storage/storageAccounts/queueServices/queues"));
        DeclaredFunction reader = Declared.Single(function => function.Name == "RemoveImage");
        Assert.Equal(queue, Property(reader.Trigger, "QueueName"));
        Assert.Equal("ImagesStorage", Property(reader.Trigger, "Connection"));
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_tried_for_a_day_and_then_kept_in_the_dead_letters()
    {
        Deployment deployment = await Deployment.OfEventsAsync();
        Deployment main = await Deployment.OfMainAsync();
        string[] containers = [.. main.Names("Microsoft.Storage/storageAccounts/blobServices/containers")];

        Assert.All(deployment.OfType(Subscriptions), subscription =>
        {
            JsonNode properties = subscription["properties"]!;
            Assert.Equal("""{"maxDeliveryAttempts":30,"eventTimeToLiveInMinutes":1440}""", properties["retryPolicy"]!.ToJsonString());
            JsonNode deadLetter = properties["deadLetterWithResourceIdentity"]!;
            Assert.Equal("SystemAssigned", Deployment.Text(deadLetter["identity"]!["type"]));
            JsonNode destination = deadLetter["deadLetterDestination"]!["properties"]!;
            Assert.EndsWith("/storageAccounts/imagesaccount", Deployment.Text(destination["resourceId"]));
            Assert.Contains(Deployment.Text(destination["blobContainerName"]), containers);
        });
    }

    [Fact]
    public async Task The_topic_reports_events_of_the_images_account_under_its_own_identity_and_waits_for_the_code()
    {
        Deployment deployment = await Deployment.OfMainAsync();
        JsonObject topic = deployment.Single("Microsoft.EventGrid/systemTopics");

        Assert.Equal("SystemAssigned", Deployment.Text(topic["identity"]!["type"]));
        Assert.Contains("imgs", Deployment.Text(topic["properties"]!["source"]));
        Assert.Empty(deployment.OfType(Subscriptions));
    }

    private static string Address(JsonObject subscription) =>
        Deployment.Text(subscription["properties"]!["destination"]!["properties"]!["endpointUrl"]);

    private static object? Property(object attribute, string name) =>
        attribute.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)?.GetValue(attribute);

    // The function's name is the argument of format() before the key: ..., 'EmbedWithVgg16', listKeys(...).
    [GeneratedRegex(@", '(\w+)', listKeys\(")]
    private static partial Regex FunctionName();
}
