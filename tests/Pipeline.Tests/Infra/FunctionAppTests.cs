using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Storage.Access;
using Pipeline.Storage.Postgres;

namespace Pipeline.Tests.Infra;

/// <summary>The function app's plan, access rules and settings: under names that the app and the host read, and without a secret.</summary>
public class FunctionAppTests
{
    private const string Versions = "param modelVersions = { vgg16: '0123456789ab', resnet50: 'ba9876543210', resnet18: '0a0a0a0a0a0a' }";

    // https://learn.microsoft.com/azure/azure-functions/functions-reference#connection-properties, and the host's app settings reference.
    private static readonly string[] OfTheHost =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        .. from connection in new[] { "AzureWebJobsStorage", "ImagesStorage" }
           from property in new[] { "blobServiceUri", "queueServiceUri", "tableServiceUri", "credential", "clientId" }
           select $"{connection}__{property}",
    ];

    [Fact]
    public async Task Every_setting_is_one_that_the_host_or_the_models_options_bind()
    {
        JsonObject settings = await SettingsAsync();
        string[] ours = [.. settings.Select(setting => setting.Key).Except(OfTheHost)];

        Assert.Equal(
            [
                "Models__ContainerUri", "Models__Folder", "Models__Versions__resnet18", "Models__Versions__resnet50",
                "Models__Versions__vgg16",
            ],
            ours.Order(StringComparer.Ordinal));
        IConfiguration configuration = Configuration(settings);
        // A name that no property takes throws.
        Assert.NotNull(configuration.GetSection("Models").Get<ModelOptions>(binder => binder.ErrorOnUnknownConfiguration = true));
        Assert.Equal("/tmp/pipeline-models", configuration.GetSection("Models").Get<ModelOptions>()!.Folder);
    }

    [Fact]
    public async Task Model_versions_are_given_for_models_of_the_catalogue()
    {
        JsonObject settings = await SettingsAsync();

        Assert.Equal(
            ModelCatalogue.Default().Models.Select(model => $"Models__Versions__{model.Key}").Order(),
            settings.Select(setting => setting.Key).Where(name => name.StartsWith("Models__Versions__", StringComparison.Ordinal)).Order());
        Assert.Equal("0123456789ab", Deployment.Text(settings["Models__Versions__vgg16"]));
    }

    [Fact]
    public async Task A_version_before_is_a_setting_that_the_options_bind_where_it_is_given()
    {
        JsonObject settings = await SettingsAsync("param previousVersions = { vgg16: 'aaaaaaaaaaaa', resnet50: '' }");

        Assert.DoesNotContain("Models__Previous__resnet50", settings.Select(setting => setting.Key));
        Assert.Equal(
            "aaaaaaaaaaaa", Configuration(settings).GetSection("Models").Get<ModelOptions>()!.Previous["vgg16"]);
    }

    [Fact]
    public async Task A_database_is_a_setting_where_it_is_given()
    {
        const string Connection = "Host=x.postgres.database.azure.com;Database=images;Username=app";

        JsonObject given = await SettingsAsync($"param imagesDatabase = '{Connection}'");

        Assert.Equal(Connection, Configuration(given)[DatabaseServices.Setting]);
        Assert.DoesNotContain(DatabaseServices.Setting, (await SettingsAsync()).Select(setting => setting.Key));
    }

    [Fact]
    public async Task Where_storage_is_closed_to_the_public_responses_do_not_name_addresses_there()
    {
        JsonObject closed = await SettingsAsync("param vnetEnabled = true");

        Assert.Equal("false", Configuration(closed)[SignedAddresses.Setting]);
        Assert.DoesNotContain("Urls__Signed", (await SettingsAsync()).Select(setting => setting.Key));
    }

    [Fact]
    public async Task A_model_version_that_is_not_given_is_no_setting()
    {
        JsonObject settings = await SettingsAsync("param modelVersions = { vgg16: '', resnet50: '' }");

        Assert.DoesNotContain(settings, setting => setting.Key.StartsWith("Models__Versions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_apps_clients_find_their_addresses_under_the_settings_names()
    {
        IConfiguration configuration = Configuration(await SettingsAsync());
        var services = new ServiceCollection();
        services.AddPipeline(configuration);
        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(new Uri(configuration["ImagesStorage:blobServiceUri"]!), provider.GetRequiredService<BlobServiceClient>().Uri);
        Assert.Equal(new Uri(configuration["ImagesStorage:tableServiceUri"]!), provider.GetRequiredService<TableServiceClient>().Uri);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Storage_is_reached_by_the_identity_and_no_setting_holds_a_key(string separate)
    {
        JsonObject settings = await SettingsAsync($"param separateImagesStorage = {separate}");

        foreach (string connection in (string[])["AzureWebJobsStorage", "ImagesStorage"])
        {
            Assert.Null(settings[connection]);
            Assert.Equal("managedidentity", Deployment.Text(settings[$"{connection}__credential"]));
            Assert.EndsWith(".clientId]", Deployment.Text(settings[$"{connection}__clientId"]));
            foreach (string service in (string[])["blob", "queue", "table"])
            {
                Assert.EndsWith($".primaryEndpoints.{service}]", Deployment.Text(settings[$"{connection}__{service}ServiceUri"]));
            }
        }

        Assert.All(settings, setting =>
        {
            string value = Deployment.Text(setting.Value);
            Assert.DoesNotContain("AccountKey", value, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("SharedAccess", value, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("listKeys", value, StringComparison.OrdinalIgnoreCase);
            // Where telemetry goes is no secret: it is taken from the identity alone, which MonitoringTests holds.
            Assert.Equal(
                setting.Key == "APPLICATIONINSIGHTS_CONNECTION_STRING",
                value.Contains("ConnectionString", StringComparison.OrdinalIgnoreCase));
        });
        string authentication = Deployment.Text(settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]);
        Assert.StartsWith("[format('ClientId={0};Authorization=AAD', reference(", authentication);
        Assert.Contains(".clientId", authentication);
    }

    [Fact]
    public async Task Models_come_from_the_container_that_the_template_makes()
    {
        Deployment deployment = await Deployment.OfMainAsync(Versions);
        string address = Deployment.Text((await SettingsAsync())["Models__ContainerUri"]);

        string container = deployment.OfType("Microsoft.Storage/storageAccounts/blobServices/containers")
            .Select(resource => Deployment.Text(resource["name"])).Single(name => name.EndsWith("/models", StringComparison.Ordinal));
        Assert.Contains($"/storageAccounts/{container.Split('/')[0]}'", address);
        Assert.EndsWith(", 'models')]", address);
    }

    [Fact]
    public async Task The_plan_is_Flex_Consumption_on_Linux_with_the_projects_runtime()
    {
        Deployment deployment = await Deployment.OfMainAsync(
            "param instanceMemoryMB = 4096\nparam maximumInstanceCount = 7\nparam alwaysReadyHttp = 1\nparam alwaysReadyBlob = 2");

        JsonObject plan = deployment.Single("Microsoft.Web/serverfarms");
        Assert.Equal(("FC1", "FlexConsumption"), (Deployment.Text(plan["sku"]!["name"]), Deployment.Text(plan["sku"]!["tier"])));
        Assert.True(plan["properties"]!["reserved"]!.GetValue<bool>());
        JsonObject site = deployment.Single("Microsoft.Web/sites");
        Assert.Equal("functionapp,linux", Deployment.Text(site["kind"]));
        Assert.Equal("api", Deployment.Text(site["tags"]!["azd-service-name"]));
        // The host identifies apps by the first 32 characters.
        Assert.InRange(Deployment.Text(site["name"]).Length, 2, 32);
        JsonNode app = site["properties"]!["functionAppConfig"]!;
        Assert.Equal("""{"name":"dotnet-isolated","version":"10.0"}""", app["runtime"]!.ToJsonString());
        JsonNode scale = app["scaleAndConcurrency"]!;
        Assert.Equal((4096, 7), (scale["instanceMemoryMB"]!.GetValue<int>(), scale["maximumInstanceCount"]!.GetValue<int>()));
        Assert.Equal("""[{"name":"http","instanceCount":1},{"name":"blob","instanceCount":2}]""", scale["alwaysReady"]!.ToJsonString());
    }

    [Fact]
    public async Task A_first_deployment_pays_for_no_waiting_instance_and_takes_as_many_requests_as_host_json()
    {
        JsonObject site = (await Deployment.OfMainAsync()).Single("Microsoft.Web/sites");
        JsonNode scale = site["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!;

        Assert.Empty(scale["alwaysReady"]!.AsArray());
        Assert.Equal(2048, scale["instanceMemoryMB"]!.GetValue<int>());
        Assert.Equal(
            JsonNode.Parse(File.ReadAllBytes(Repository.Path("host.json")))!
                ["extensions"]!["http"]!["maxConcurrentRequests"]!.GetValue<int>(),
            scale["triggers"]!["http"]!["perInstanceConcurrency"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_package_is_deployed_by_the_identity_and_no_password_is_left()
    {
        Deployment deployment = await Deployment.OfMainAsync();
        JsonObject site = deployment.Single("Microsoft.Web/sites");
        string identity = Deployment.Text(deployment.Single("Microsoft.ManagedIdentity/userAssignedIdentities")["id"]);

        Assert.Equal("UserAssigned", Deployment.Text(site["identity"]!["type"]));
        Assert.Equal(identity, Assert.Single(site["identity"]!["userAssignedIdentities"]!.AsObject()).Key);
        JsonNode storage = site["properties"]!["functionAppConfig"]!["deployment"]!["storage"]!;
        Assert.Equal("UserAssignedIdentity", Deployment.Text(storage["authentication"]!["type"]));
        Assert.Equal(identity, Deployment.Text(storage["authentication"]!["userAssignedIdentityResourceId"]));
        Assert.EndsWith(", 'app-package')]", Deployment.Text(storage["value"]));
        Assert.Equal(["scm", "ftp"], deployment.Names("Microsoft.Web/sites/basicPublishingCredentialsPolicies"));
        Assert.All(
            deployment.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies"),
            policy => Assert.False(policy["properties"]!["allow"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task The_app_speaks_HTTPS_with_TLS_1_2_and_no_FTP()
    {
        JsonNode site = (await Deployment.OfMainAsync()).Single("Microsoft.Web/sites")["properties"]!;

        Assert.True(site["httpsOnly"]!.GetValue<bool>());
        Assert.Equal("1.2", Deployment.Text(site["siteConfig"]!["minTlsVersion"]));
        Assert.Equal("1.2", Deployment.Text(site["siteConfig"]!["scmMinTlsVersion"]));
        Assert.Equal("Disabled", Deployment.Text(site["siteConfig"]!["ftpsState"]));
    }

    private static async Task<JsonObject> SettingsAsync(string parameters = Versions) =>
        (await Deployment.OfMainAsync(parameters)).Single("Microsoft.Web/sites/config")["properties"]!.AsObject();

    /// <summary>The settings as the app sees them; what only Azure knows becomes an address or a text of that kind.</summary>
    private static IConfiguration Configuration(JsonObject settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(
            setting.Key.Replace("__", ":", StringComparison.Ordinal),
            (string?)(setting.Key.EndsWith("Uri", StringComparison.Ordinal)
                ? $"https://{setting.Key.ToLowerInvariant().Replace('_', '-')}.example/"
                : Deployment.Text(setting.Value)))))
        .Build();
}
