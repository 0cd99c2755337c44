using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>
/// Checks each response that a test gets from an app against <c>docs/openapi.json</c>: its status, its content type, and its JSON, in which
/// nothing may be that the document does not have.
/// </summary>
internal sealed partial class ApiContract() : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly JsonObject Document = Closed(JsonNode.Parse(File.ReadAllText(Repository.Path("docs", "openapi.json")))!);

    private static readonly (Regex Path, JsonObject Operations)[] Paths =
    [
        .. Document["paths"]!.AsObject()
            .OrderByDescending(path => path.Key.EndsWith("}/tags", StringComparison.Ordinal))
            .Select(path => (PatternOf(path.Key), path.Value!.AsObject())),
    ];

    private static readonly ConcurrentDictionary<string, JsonSchema> Schemas = new();

    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (Find(request) is { } operation && response.Content.Headers.ContentType is not null
            && !await IsOfNoOperationAsync(response, cancellationToken))
        {
            await CheckAsync(operation, request, response, cancellationToken);
        }

        return response;
    }

    private static JsonObject? Find(HttpRequestMessage request)
    {
        string path = request.RequestUri!.AbsolutePath["/api".Length..];
        JsonObject? operations = Paths.FirstOrDefault(entry => entry.Path.IsMatch(path)).Operations;
        return operations?[request.Method.Method.ToLowerInvariant()]?.AsObject();
    }

    /// <summary>Whether the app found no operation for the address, which the document says of all of them at its beginning.</summary>
    private static async Task<bool> IsOfNoOperationAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed))
        {
            return false;
        }

        await response.Content.LoadIntoBufferAsync(cancellationToken);
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        return text.Contains(ProblemTypes.UnknownAddress, StringComparison.Ordinal)
            || text.Contains(ProblemTypes.MethodNotAllowed, StringComparison.Ordinal);
    }

    private static async Task CheckAsync(
        JsonObject operation, HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string call = $"{request.Method} {request.RequestUri!.PathAndQuery}: {(int)response.StatusCode}";
        JsonNode? declared = operation["responses"]![$"{(int)response.StatusCode}"];
        string type = response.Content.Headers.ContentType!.MediaType!;
        if (declared is null)
        {
            Assert.Fail($"{call} is not in docs/openapi.json: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        KeyValuePair<string, JsonNode?>[] content = [.. declared["content"]?.AsObject().Where(entry => IsOf(type, entry.Key)) ?? []];
        Assert.True(content.Length == 1, $"{call}: {type} is not in docs/openapi.json.");
        if (content[0].Value!["schema"] is { } schema)
        {
            // Reading it here leaves it to be read again by the test.
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            using var json = JsonDocument.Parse(body);
            EvaluationResults results = SchemaOf(schema).Evaluate(json.RootElement, Options);
            Assert.True(results.IsValid, $"{call} is not as docs/openapi.json says: {Errors(results)}");
        }
    }

    private static bool IsOf(string type, string declared) =>
        declared == type
        || (declared.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(declared[..^1], StringComparison.Ordinal));

    /// <summary>A schema that stands by itself, with all that it may refer to.</summary>
    private static JsonSchema SchemaOf(JsonNode schema) => Schemas.GetOrAdd(schema.ToJsonString(), text => JsonSchema.FromText(
        new JsonObject
        {
            ["allOf"] = new JsonArray(JsonNode.Parse(text)),
            ["$defs"] = Document["components"]!["schemas"]!.DeepClone(),
        }
        .ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal)));

    private static string Errors(EvaluationResults results) => string.Join(
        "; ",
        results.Details?.Where(detail => detail.Errors is not null)
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation} {error.Value}")) ?? []);

    /// <summary>The document with objects that have no properties but those that are described.</summary>
    private static JsonObject Closed(JsonNode document)
    {
        foreach ((_, JsonNode? schema) in document["components"]!["schemas"]!.AsObject())
        {
            if (schema!["properties"] is not null)
            {
                schema["additionalProperties"] = false;
            }
        }

        return document.AsObject();
    }

    private static Regex PatternOf(string path) =>
        new($"^{Parameter().Replace(path, match => match.Groups[1].Value == "id" ? "[^/]+" : "[^/].*")}$");

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();
}
