using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Functions.OpenApi;

namespace Pipeline.OpenApi;

/// <summary>Writes the parameters of an operation as OpenAPI has them: those in its path, in the query and in headers.</summary>
internal static partial class ParameterJson
{
    /// <summary>Describes them.</summary>
    public static IEnumerable<JsonNode> Write(Operation operation)
    {
        foreach (Match match in PathParameter().Matches(operation.Path))
        {
            string name = match.Groups[1].Value;
            yield return Parameter(name, "path", PathDescription(name), required: true, Text());
        }

        foreach (QueryAttribute query in operation.Queries())
        {
            yield return Parameter(query.Name, "query", query.Description, query.Required, SchemaOf(query));
        }

        foreach (HeaderAttribute header in operation.Get<HeaderAttribute>())
        {
            JsonObject schema = Text();
            schema["enum"] = ToArray(header.Values);
            yield return Parameter(header.Name, "header", header.Description, required: false, schema);
        }

        if (operation.Get<CachedAttribute>().Any())
        {
            yield return Parameter(
                "If-None-Match", "header", "The `ETag` of the version that the caller has.", required: false, Text());
        }
    }

    private static string PathDescription(string name) => name == "id"
        ? "The link's id: 32 hexadecimal digits."
        : "The image's name, which may contain slashes. A `%2F` is first taken literally; if no image has that name, as a slash.";

    private static JsonObject Parameter(string name, string place, string description, bool required, JsonObject schema)
    {
        var json = new JsonObject { ["name"] = name, ["in"] = place, ["description"] = description };
        if (required)
        {
            json["required"] = true;
        }

        json["schema"] = schema;
        return json;
    }

    private static JsonObject Text() => new() { ["type"] = "string" };

    private static JsonObject SchemaOf(QueryAttribute query)
    {
        JsonObject schema = query.Type == typeof(int) ? new() { ["type"] = "integer", ["format"] = "int32" }
            : query.Type == typeof(float) ? new() { ["type"] = "number", ["format"] = "float" }
            : query.Type == typeof(bool) ? new() { ["type"] = "boolean" }
            : Text();
        if (query.Values.Length > 0)
        {
            schema["enum"] = ToArray(query.Values);
        }

        if (!double.IsNaN(query.Min))
        {
            (schema["minimum"], schema["maximum"]) = (query.Min, query.Max);
        }

        if (query.Default is { } value)
        {
            schema["default"] = JsonSerializer.SerializeToNode(value);
        }

        return query.Repeated ? new JsonObject { ["type"] = "array", ["items"] = schema } : schema;
    }

    private static JsonArray ToArray<T>(IEnumerable<T> values) => [.. values.Select(value => JsonSerializer.SerializeToNode(value))];

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();
}
