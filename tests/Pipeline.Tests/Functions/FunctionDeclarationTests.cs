using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Endpoints;
using Pipeline.Functions.Triggers;
using Pipeline.Indexing.Backfill;
using Pipeline.Links;

namespace Pipeline.Tests.Functions;

/// <summary>What the host reads off the app before a line of it runs.</summary>
public class FunctionDeclarationTests
{
    private static readonly IReadOnlyList<DeclaredFunction> Declared = DeclaredFunction.All;

    [Fact]
    public void The_app_has_these_functions() => Assert.Equal(
        [
            "AddLinks", "BackfillImage", "Compare", "CompareStored", "DeleteImage", "DeleteLink", "DrawFeatureMaps",
            "DrawFeatureMapsOfStored", "EmbedWithAdditional", "EmbedWithResNet50", "EmbedWithVgg16", "Explain", "FetchLink",
            "FindDuplicates", "FindSimilar", "FindSimilarToStored", "GetImage", "GetLink", "Health", "ListImages", "ListLinks",
            "ListTags", "Predict", "PredictStored", "PutImage", "ReadContent", "ReadThumbnail", "Reconcile", "RefreshLink", "RemoveImage",
            "RunStudy", "SaveIndexes", "ShowDocs", "ShowGallery", "ShowOpenApi", "UnknownAddress",
        ],
        Declared.Select(function => function.Name));

    [Fact]
    public void Every_HTTP_trigger_names_its_level_and_only_health_and_the_pages_are_anonymous()
    {
        Assert.All(Http(), function => Assert.Equal(
            function.Function.Name is "Health" or "ShowDocs" or "ShowGallery" or "ShowOpenApi"
                ? AuthorizationLevel.Anonymous
                : AuthorizationLevel.Function,
            function.Trigger.AuthLevel));
        Assert.All(Http(), function => Assert.Contains(
            function.Function.TriggerParameter.GetCustomAttributesData().Single(data => data.AttributeType == typeof(HttpTriggerAttribute))
                .ConstructorArguments,
            argument => argument.ArgumentType == typeof(AuthorizationLevel)));
    }

    [Fact]
    public void Blob_functions_take_the_client_by_Event_Grid_and_bind_nothing_else_to_the_name()
    {
        DeclaredFunction[] blobs = [.. Declared.Where(function => function.Trigger is BlobTriggerAttribute)];

        Assert.Equal(3, blobs.Length);
        Assert.All(blobs, function =>
        {
            var trigger = (BlobTriggerAttribute)function.Trigger;
            Assert.Equal(
                ("images/{name}", "ImagesStorage", BlobTriggerSource.EventGrid),
                (trigger.BlobPath, trigger.Connection, trigger.Source));
            Assert.Equal(
                [typeof(BlobClient), typeof(CancellationToken)],
                function.Method.GetParameters().Select(parameter => parameter.ParameterType));
        });
    }

    [Fact]
    public void Deletions_missed_images_and_links_come_as_text_through_queues_of_the_images_account()
    {
        DeclaredFunction[] queues = [.. Declared.Where(function => function.Trigger is QueueTriggerAttribute)];

        Assert.Equal(
            [(BackfillQueue.Name, "ImagesStorage"), (LinkQueue.Name, "ImagesStorage"), ("image-deletions", "ImagesStorage")],
            queues.Select(function => (QueueTriggerAttribute)function.Trigger).Select(trigger => (trigger.QueueName, trigger.Connection)));
        Assert.All(queues, function => Assert.Equal(
            [typeof(string), typeof(CancellationToken)],
            function.Method.GetParameters().Select(parameter => parameter.ParameterType)));
    }

    [Fact]
    public void An_HTTP_function_takes_the_request_and_nothing_that_a_query_parameter_could_be_bound_to() =>
        Assert.All(Http(), function => Assert.Equal(
            [typeof(HttpRequest)],
            function.Function.Method.GetParameters().Select(parameter => parameter.ParameterType)));

    [Fact]
    public void What_is_published_runs_on_the_worker_of_the_Functions_host()
    {
        XElement project = XElement.Load(Repository.Path("src", "Pipeline.Functions", "Pipeline.Functions.csproj"));

        Assert.Equal("Microsoft.Azure.Functions.Worker.Extensions.Abstractions", typeof(FunctionAttribute).Assembly.GetName().Name);
        Assert.Equal("Exe", project.Descendants("OutputType").Single().Value);
        Assert.Equal("v4", project.Descendants("AzureFunctionsVersion").Single().Value);
    }

    [Fact]
    public void Host_json_lies_beside_the_app()
    {
        using var host = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "host.json")));

        Assert.Equal("2.0", host.RootElement.GetProperty("version").GetString());
    }

    private static IEnumerable<(DeclaredFunction Function, HttpTriggerAttribute Trigger)> Http() =>
        Declared.Where(function => function.Trigger is HttpTriggerAttribute)
            .Select(function => (function, (HttpTriggerAttribute)function.Trigger));
}
