using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;
using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions;
using Pipeline.LocalWorker.Hosting;

namespace Pipeline.Tests.Functions;

/// <summary>What the host reads off the app before a line of it runs.</summary>
public class FunctionDeclarationTests
{
    private static readonly IReadOnlyList<Function> Declared = Function.Discover(typeof(FindSimilar).Assembly);

    [Fact]
    public void The_app_has_these_functions() => Assert.Equal(
        [
            "Compare", "CompareStored", "DrawFeatureMaps", "DrawFeatureMapsOfStored", "EmbedWithResNet50", "EmbedWithVgg16", "FindSimilar",
            "FindSimilarToStored", "Health", "ListImages", "Predict", "PredictStored", "Reconcile",
            "RemoveImage", "RunStudy",
        ],
        Declared.Select(function => function.Name));

    [Fact]
    public void Every_HTTP_trigger_names_its_level_and_only_health_is_anonymous()
    {
        Assert.All(Http(), function => Assert.Equal(
            function.Function.Name == "Health" ? AuthorizationLevel.Anonymous : AuthorizationLevel.Function, function.Trigger.AuthLevel));
        Assert.All(Http(), function => Assert.Contains(
            function.Function.TriggerParameter.GetCustomAttributesData().Single(data => data.AttributeType == typeof(HttpTriggerAttribute)).ConstructorArguments,
            argument => argument.ArgumentType == typeof(AuthorizationLevel)));
    }

    [Fact]
    public void Blob_functions_take_the_client_by_Event_Grid_and_bind_nothing_else_to_the_name()
    {
        Function[] blobs = [.. Declared.Where(function => function.Trigger is BlobTriggerAttribute)];

        Assert.Equal(2, blobs.Length);
        Assert.All(blobs, function =>
        {
            var trigger = (BlobTriggerAttribute)function.Trigger;
            Assert.Equal(("images/{name}", "ImagesStorage", BlobTriggerSource.EventGrid), (trigger.BlobPath, trigger.Connection, trigger.Source));
            Assert.Equal([typeof(BlobClient), typeof(CancellationToken)], function.Method.GetParameters().Select(parameter => parameter.ParameterType));
        });
    }

    [Fact]
    public void Deletions_come_as_text_through_a_queue_of_the_images_account()
    {
        Function removal = Assert.Single(Declared, function => function.Trigger is QueueTriggerAttribute);

        var trigger = (QueueTriggerAttribute)removal.Trigger;
        Assert.Equal(("image-deletions", "ImagesStorage"), (trigger.QueueName, trigger.Connection));
        Assert.Equal([typeof(string), typeof(CancellationToken)], removal.Method.GetParameters().Select(parameter => parameter.ParameterType));
    }

    [Fact]
    public void The_project_asks_for_the_real_worker_at_pinned_versions()
    {
        XElement project = XElement.Load(Repository.Path("src", "Pipeline.Functions", "Pipeline.Functions.csproj"));
        var versions = XElement.Load(Repository.Path("Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => (string)package.Attribute("Include")!, package => (string)package.Attribute("Version")!);
        string[] packages = [.. project.Elements("ItemGroup")
            .Single(group => (string?)group.Attribute("Condition") == "'$(FunctionsWorker)' == 'azure'")
            .Elements("PackageReference").Select(package => $"{package.Attribute("Include")!.Value} {versions[package.Attribute("Include")!.Value]}")];

        Assert.Equal(
            [
                "Microsoft.Azure.Functions.Worker 2.52.0",
                "Microsoft.Azure.Functions.Worker.Sdk 2.1.0",
                "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore 2.1.1",
                "Microsoft.Azure.Functions.Worker.Extensions.Storage.Blobs 6.8.2",
                "Microsoft.Azure.Functions.Worker.Extensions.Storage.Queues 5.5.5",
                "Microsoft.Azure.Functions.Worker.Extensions.Timer 4.3.1",
            ],
            packages);
        Assert.Equal("Exe", project.Descendants("OutputType").Single().Value);
        Assert.Equal("v4", project.Descendants("AzureFunctionsVersion").Single().Value);
        Assert.Contains(project.Descendants("FrameworkReference"), reference => (string?)reference.Attribute("Include") == "Microsoft.AspNetCore.App");
    }

    [Fact]
    public void Host_json_lies_beside_the_app()
    {
        using var host = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "host.json")));

        Assert.Equal("2.0", host.RootElement.GetProperty("version").GetString());
    }

    private static IEnumerable<(Function Function, HttpTriggerAttribute Trigger)> Http() =>
        Declared.Where(function => function.Trigger is HttpTriggerAttribute).Select(function => (function, (HttpTriggerAttribute)function.Trigger));
}
