using System.Text.Json.Nodes;

namespace Pipeline.Tests.Infra;

/// <summary>With <c>vnetEnabled</c> storage is reached from the virtual network alone.</summary>
public class NetworkTests
{
    private const string Accounts = "Microsoft.Storage/storageAccounts";
    private const string Endpoints = "Microsoft.Network/privateEndpoints";

    [Theory]
    [InlineData("true", 2)]
    [InlineData("false", 1)]
    public async Task Storage_is_closed_to_the_public_but_to_Event_Grid(string separate, int count)
    {
        Deployment deployment = await Deployment.OfMainAsync($"param vnetEnabled = true\nparam separateImagesStorage = {separate}");

        Assert.Equal(count, deployment.OfType(Accounts).Count);
        Assert.All(deployment.OfType(Accounts), account =>
        {
            Assert.Equal("Disabled", Deployment.Text(account["properties"]!["publicNetworkAccess"]));
            Assert.Equal("Deny", Deployment.Text(account["properties"]!["networkAcls"]!["defaultAction"]));
            Assert.Equal("AzureServices", Deployment.Text(account["properties"]!["networkAcls"]!["bypass"]));
        });
    }

    [Fact]
    public async Task Addresses_that_are_allowed_open_storage_to_themselves_alone()
    {
        Deployment deployment = await Deployment.OfMainAsync("param vnetEnabled = true\nparam vnetAllowedAddresses = ['203.0.113.7']");

        Assert.All(deployment.OfType(Accounts), account =>
        {
            JsonNode rules = account["properties"]!["networkAcls"]!;
            Assert.Equal("Enabled", Deployment.Text(account["properties"]!["publicNetworkAccess"]));
            Assert.Equal("Deny", Deployment.Text(rules["defaultAction"]));
            Assert.Equal("""{"value":"203.0.113.7","action":"Allow"}""", Assert.Single(rules["ipRules"]!.AsArray())!.ToJsonString());
        });
    }

    [Theory]
    [InlineData("true", 6)]
    [InlineData("false", 3)]
    public async Task Each_account_has_an_endpoint_for_blobs_queues_and_tables_and_a_name_for_each(string separate, int count)
    {
        Deployment deployment = await Deployment.OfMainAsync($"param vnetEnabled = true\nparam separateImagesStorage = {separate}");
        string network = Deployment.Text(deployment.Single("Microsoft.Network/virtualNetworks")["id"]);

        Assert.Equal(
            deployment.OfType(Accounts)
                .SelectMany(account => new[] { "blob", "queue", "table" }.Select(service => $"{account["id"]} {service}")).Order(),
            deployment.OfType(Endpoints).Select(endpoint =>
            {
                JsonNode connection = Assert.Single(endpoint["properties"]!["privateLinkServiceConnections"]!.AsArray())!["properties"]!;
                return $"{connection["privateLinkServiceId"]} {Assert.Single(connection["groupIds"]!.AsArray())}";
            }).Order());
        Assert.Equal(count, deployment.OfType(Endpoints).Count);
        Assert.All(
            deployment.OfType(Endpoints),
            endpoint => Assert.Equal($"{network}/subnets/endpoints", Deployment.Text(endpoint["properties"]!["subnet"]!["id"])));
        Assert.Equal(count, deployment.OfType($"{Endpoints}/privateDnsZoneGroups").Count);
        Assert.Equal(3, deployment.OfType("Microsoft.Network/privateDnsZones").Count);
        Assert.All(
            deployment.OfType("Microsoft.Network/privateDnsZones/virtualNetworkLinks"),
            link => Assert.Equal(network, Deployment.Text(link["properties"]!["virtualNetwork"]!["id"])));
        Assert.Equal(3, deployment.OfType("Microsoft.Network/privateDnsZones/virtualNetworkLinks").Count);
    }

    [Fact]
    public async Task The_app_has_a_subnet_delegated_to_Flex_Consumption_beside_the_endpoints()
    {
        Deployment deployment = await Deployment.OfMainAsync("param vnetEnabled = true\nparam vnetAddressPrefix = '10.9.0.0/25'");
        JsonArray subnets = deployment.Single("Microsoft.Network/virtualNetworks")["properties"]!["subnets"]!.AsArray();

        Assert.Equal(
            ["app 10.9.0.0/26", "endpoints 10.9.0.64/26"],
            subnets.Select(subnet => $"{subnet!["name"]} {subnet["properties"]!["addressPrefix"]}"));
        JsonNode delegation = Assert.Single(subnets[0]!["properties"]!["delegations"]!.AsArray())!;
        Assert.Equal("Microsoft.App/environments", Deployment.Text(delegation["properties"]!["serviceName"]));
        Assert.EndsWith("/subnets/app", Deployment.Text(deployment.Single("Microsoft.Web/sites")["properties"]!["virtualNetworkSubnetId"]));
    }

    [Fact]
    public async Task Without_it_there_is_no_network_and_storage_is_public_to_identities_with_a_role()
    {
        Deployment deployment = await Deployment.OfMainAsync();

        Assert.DoesNotContain(
            deployment.All, resource => Deployment.Text(resource["type"]).StartsWith("Microsoft.Network/", StringComparison.Ordinal));
        Assert.Null(deployment.Single("Microsoft.Web/sites")["properties"]!["virtualNetworkSubnetId"]);
        Assert.All(
            deployment.OfType(Accounts),
            account => Assert.Equal("Enabled", Deployment.Text(account["properties"]!["publicNetworkAccess"])));
    }
}
