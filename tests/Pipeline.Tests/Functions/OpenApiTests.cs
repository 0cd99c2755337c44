using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Pipeline.Functions.Endpoints;
using Pipeline.Functions.Http;
using Pipeline.OpenApi;

namespace Pipeline.Tests.Functions;

/// <summary>The document of the API, made of its code.</summary>
public class OpenApiTests
{
    private static readonly string Committed = File.ReadAllText(Repository.Path("docs", "openapi.json"));

    [Fact]
    public void The_committed_document_is_that_of_the_code() =>
        Assert.True(Committed == ApiDocument.Write(), "docs/openapi.json is of other code: build src/Pipeline.OpenApi and commit it.");

    [Fact]
    public void The_app_serves_the_committed_document()
    {
        Assert.True(new StaticFiles("docs").TryFind("openapi.json", out StaticFile? file));
        Assert.Equal(Committed, System.Text.Encoding.UTF8.GetString(file.Content));
    }

    [Fact]
    public void It_is_valid_OpenAPI_3_1()
    {
        ReadResult read = OpenApiDocument.Parse(Committed, OpenApiConstants.Json);

        Assert.NotNull(read.Diagnostic);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Empty(read.Diagnostic.Errors.Select(error => $"{error.Pointer}: {error.Message}"));
        Assert.Empty(read.Diagnostic.Warnings.Select(warning => $"{warning.Pointer}: {warning.Message}"));
        Assert.Empty(read.Document!.Validate(ValidationRuleSet.GetDefaultRuleSet()).Select(error => error.Message));
    }

    [Fact]
    public void Every_function_of_the_API_is_in_it()
    {
        string[] declared =
        [
            .. typeof(Health).Assembly.GetTypes().SelectMany(type => type.GetMethods())
                .Where(method => method.GetParameters().Any(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>() is not null))
                .Select(method => method.GetCustomAttribute<FunctionAttribute>()!.Name)
                .Except(["ShowDocs", "ShowGallery", "ShowOpenApi", "UnknownAddress"]),
        ];

        string[] tags = ["GetImageTags", "RemoveImageTags", "ReplaceImageTags"];
        Assert.Equal(declared.Concat(tags).Order(), Operation.All.Select(operation => operation.Id).Order());
    }

    [Fact]
    public void Every_group_of_operations_is_in_the_list_of_them()
    {
        OpenApiDocument document = OpenApiDocument.Parse(Committed, OpenApiConstants.Json).Document!;

        Assert.Equal(
            Operation.All.Select(operation => operation.Group).Distinct().Order(), document.Tags!.Select(tag => tag.Name!).Order());
    }

    [Fact]
    public void The_description_for_people_has_every_path_and_parameter()
    {
        string guide = File.ReadAllText(Repository.Path("docs", "api.md"));
        OpenApiDocument document = OpenApiDocument.Parse(Committed, OpenApiConstants.Json).Document!;
        foreach ((string path, IOpenApiPathItem item) in document.Paths)
        {
            Assert.Contains($"/api{path}", guide, StringComparison.Ordinal);
            foreach (string parameter in item.Operations!.Values
                .SelectMany(operation => operation.Parameters ?? []).Select(parameter => parameter.Name!))
            {
                string[] spellings = [$"`{parameter}`", $"{{{parameter}}}", $"{parameter}=NAME"];
                Assert.True(
                    spellings.Any(spelling => guide.Contains(spelling, StringComparison.Ordinal)),
                    $"docs/api.md lacks {parameter} of {path}.");
            }
        }
    }

    [Fact]
    public void Every_problem_has_a_status_and_those_of_operations_are_all_there_are()
    {
        string[] types = [.. typeof(ProblemTypes).GetFields().Select(field => (string)field.GetValue(null)!)];

        Assert.Equal(types.Order(), ProblemStatus.ByType.Keys.Order());
        Assert.All(
            types.Except([ProblemTypes.UnknownAddress, ProblemTypes.MethodNotAllowed]),
            type => Assert.Contains($"\"{type}\"", Committed, StringComparison.Ordinal));
    }
}
