using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing.Backfill;
using Pipeline.Links;
using Pipeline.Storage;
using Pipeline.Storage.Thumbnails;
using Pipeline.Tests.Functions;

namespace Pipeline.Tests.Infra;

/// <summary>
/// Storage accepts no keys and no anonymous readers, keeps deleted images for a while, and has the names that the code uses.
/// </summary>
public partial class StorageTests
{
    private const string Accounts = "Microsoft.Storage/storageAccounts";

    [Theory]
    [InlineData("true", 2)]
    [InlineData("false", 1)]
    public async Task No_account_takes_a_key_an_anonymous_reader_or_a_weak_connection(string separate, int count)
    {
        Deployment deployment = await Deployment.OfMainAsync($"param separateImagesStorage = {separate}");

        Assert.Equal(count, deployment.OfType(Accounts).Count);
        Assert.All(deployment.OfType(Accounts), account =>
        {
            JsonNode properties = account["properties"]!;
            Assert.False(properties["allowSharedKeyAccess"]!.GetValue<bool>());
            Assert.False(properties["allowBlobPublicAccess"]!.GetValue<bool>());
            Assert.True(properties["defaultToOAuthAuthentication"]!.GetValue<bool>());
            Assert.True(properties["supportsHttpsTrafficOnly"]!.GetValue<bool>());
            Assert.Equal("TLS1_2", Deployment.Text(properties["minimumTlsVersion"]));
            Assert.Matches("^[a-z0-9]{3,24}$", Deployment.Text(account["name"]));
        });
        Assert.All(
            deployment.OfType($"{Accounts}/blobServices/containers"),
            container => Assert.Equal("None", Deployment.Text(container["properties"]!["publicAccess"])));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Storage_holds_the_containers_tables_and_queues_that_the_code_names(string separate)
    {
        Deployment deployment = await Deployment.OfMainAsync($"param separateImagesStorage = {separate}");

        string[] watched =
        [
            .. DeclaredFunction.All.Select(function => function.Trigger).OfType<BlobTriggerAttribute>()
                .Select(trigger => trigger.BlobPath.Split('/')[0]).Append(ImagesContainer.DefaultName).Distinct(),
        ];
        string tables = File.ReadAllText(Repository.Path("src", "Pipeline", "Storage", "PipelineTables.cs"));
        Assert.Equal(
            watched.Concat(
                ["app-package", "event-dead-letters", StorageServices.StateContainer, "models", ThumbnailBlobs.Container]).Order(),
            deployment.Names($"{Accounts}/blobServices/containers").Order());
        Assert.Equal(
            TableName().Matches(tables).Select(match => match.Groups[1].Value),
            deployment.Names($"{Accounts}/tableServices/tables"));
        Assert.Equal(
            [
                "image-deletions", "image-deletions-poison", BackfillQueue.Name, BackfillQueue.PoisonName,
                LinkQueue.Name, LinkQueue.PoisonName, "webjobs-blobtrigger-poison",
            ],
            deployment.Names($"{Accounts}/queueServices/queues"));
    }

    [Fact]
    public async Task The_hosts_account_holds_the_package_and_none_of_the_images()
    {
        Deployment deployment = await Deployment.OfMainAsync();

        IEnumerable<string> ofHost = deployment.OfType($"{Accounts}/blobServices/containers")
            .Select(container => Deployment.Text(container["name"]))
            .Where(name => name.Split('/')[0].Contains("host", StringComparison.Ordinal));
        Assert.Equal("app-package", Assert.Single(ofHost).Split('/')[^1]);
    }

    [Fact]
    public async Task Overwritten_and_deleted_images_are_kept_for_a_while_and_then_go()
    {
        Deployment deployment = await Deployment.OfMainAsync("param imageRetentionDays = 21");

        JsonNode blobs = deployment.OfType($"{Accounts}/blobServices")
            .Single(service => Deployment.Text(service["name"]).Contains("imgs", StringComparison.Ordinal))["properties"]!;
        Assert.True(blobs["isVersioningEnabled"]!.GetValue<bool>());
        Assert.Equal((true, 21), Policy(blobs["deleteRetentionPolicy"]!));
        Assert.Equal((true, 21), Policy(blobs["containerDeleteRetentionPolicy"]!));

        JsonArray rules = deployment.Single($"{Accounts}/managementPolicies")["properties"]!["policy"]!["rules"]!.AsArray();
        JsonNode actions = rules.Single(rule => Deployment.Text(rule!["name"]) == "old-versions")!["definition"]!["actions"]!;
        Assert.Equal(21, actions["version"]!["delete"]!["daysAfterCreationGreaterThan"]!.GetValue<int>());
        Assert.Equal(21, actions["snapshot"]!["delete"]!["daysAfterCreationGreaterThan"]!.GetValue<int>());
        Assert.Null(actions["baseBlob"]);
        JsonNode[] others = [.. rules.Where(rule => Deployment.Text(rule!["name"]) != "old-versions").Select(rule => rule!["definition"]!)];
        Assert.Equal(
            ["event-dead-letters/", "thumbnails/"],
            others.Select(other => Deployment.Text(Assert.Single(other["filters"]!["prefixMatch"]!.AsArray()))));
        Assert.All(others, other => Assert.Equal(
            21, other["actions"]!["baseBlob"]!["delete"]!["daysAfterModificationGreaterThan"]!.GetValue<int>()));
    }

    private static (bool Enabled, int Days) Policy(JsonNode policy) =>
        (policy["enabled"]!.GetValue<bool>(), policy["days"]!.GetValue<int>());

    [GeneratedRegex("""GetTableClient\("(\w+)"\)""")]
    private static partial Regex TableName();
}
