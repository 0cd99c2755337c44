using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Functions.Endpoints;
using Pipeline.Study;

namespace Pipeline.OpenApi;

/// <summary>The OpenAPI 3.1 document of the app's HTTP API, made of the functions, their attributes and the types of their responses.</summary>
internal static class ApiDocument
{
    /// <summary>What operations are about, in the order in which they are shown.</summary>
    private static readonly string[] Groups = ["Search", "Images", "Tags", "Links", "Study", "App"];

    private static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The document, as it is committed at <c>docs/openapi.json</c>.</summary>
    public static string Write()
    {
        var comments = new XmlComments(typeof(Health).Assembly, typeof(HealthResponse).Assembly, typeof(StudyResult).Assembly);
        var schemas = new Schemas(comments);
        var operations = new OperationJson(schemas, comments);
        var paths = new JsonObject();
        foreach (Operation operation in Operation.All)
        {
            paths.TryAdd(operation.Path, new JsonObject());
            foreach (string verb in operation.Verbs.Where(verb => verb != "head"))
            {
                paths[operation.Path]!.AsObject().Add(verb, operations.Write(operation));
            }
        }

        JsonObject components = schemas.ToJson();
        components["Problem"] = Problem();
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Image similarity",
                ["version"] = "1",
                ["description"] =
                    "Finds the stored images that look like a given one, by several neural networks side by side. Errors are " +
                    "problem details (RFC 9457), whose `type` is stable and whose `detail` says what is allowed. An unknown path is " +
                    "answered by 404 `unknown-address`, a method that a path does not take by 405 `method-not-allowed`. Unknown query " +
                    "parameters are ignored.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/api" }),
            ["security"] = new JsonArray(
                new JsonObject { ["header"] = new JsonArray() }, new JsonObject { ["query"] = new JsonArray() }),
            ["tags"] = new JsonArray([.. Groups.Select(group => new JsonObject { ["name"] = group })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = components,
                ["securitySchemes"] = new JsonObject { ["header"] = Key("x-functions-key", "header"), ["query"] = Key("code", "query") },
            },
        }.ToJsonString(Written) + "\n";
    }

    private static JsonObject Key(string name, string place) => new()
    {
        ["type"] = "apiKey",
        ["name"] = name,
        ["in"] = place,
        ["description"] = "A function key, which Azure asks for. On a laptop none is needed.",
    };

    private static JsonObject Problem() => new()
    {
        ["description"] = "An error (RFC 9457).",
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["type"] = Text("What kind of error it is: `urn:pipeline:problem:KIND`, which does not change between versions."),
            ["title"] = Text("The kind in words."),
            ["status"] = new JsonObject { ["description"] = "The status of the response.", ["type"] = "integer", ["format"] = "int32" },
            ["detail"] = Text("What was wrong, what is allowed, and what to do."),
        },
        ["required"] = new JsonArray("type", "title", "status", "detail"),
    };

    private static JsonObject Text(string description) => new() { ["description"] = description, ["type"] = "string" };
}
