using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Functions.OpenApi;

namespace Pipeline.OpenApi;

/// <summary>Writes operations as OpenAPI has them.</summary>
/// <param name="schemas">Takes the types that are referred to.</param>
/// <param name="comments">The documentation of the methods.</param>
internal sealed partial class OperationJson(Schemas schemas, XmlComments comments)
{
    private readonly ResponseJson _responses = new(schemas);

    /// <summary>Describes an operation.</summary>
    public JsonObject Write(Operation operation)
    {
        string summary = comments.OfMethod(operation.Method)
            ?? throw new InvalidOperationException($"{operation.Id} has no documentation.");
        int end = FirstSentence().Match(summary).Length;
        var json = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["tags"] = new JsonArray(operation.Group),
            ["summary"] = summary[..end].TrimEnd('.'),
        };
        if (end < summary.Length)
        {
            json["description"] = summary[end..].Trim();
        }

        if (!operation.NeedsKey)
        {
            json["security"] = new JsonArray();
        }

        JsonArray parameters = [.. ParameterJson.Write(operation)];
        if (parameters.Count > 0)
        {
            json["parameters"] = parameters;
        }

        if (Body(operation) is { } body)
        {
            json["requestBody"] = body;
        }

        json["responses"] = _responses.Write(operation);
        return json;
    }

    private JsonObject? Body(Operation operation)
    {
        if (operation.Get<JsonBodyAttribute>().FirstOrDefault() is { } json)
        {
            return Body(new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(json.Type) } });
        }

        if (operation.Get<FormBodyAttribute>().FirstOrDefault() is { } form)
        {
            return Body(new JsonObject { ["multipart/form-data"] = Form(form.Required, form.Optional) });
        }

        return operation.Get<ImageBodyAttribute>().Any()
            ? Body(new JsonObject
            {
                ["image/*"] = new JsonObject(),
                ["application/octet-stream"] = new JsonObject(),
                ["multipart/form-data"] = Form(["image"], []),
            })
            : null;
    }

    private static JsonObject Body(JsonObject content) => new() { ["required"] = true, ["content"] = content };

    private static JsonObject Form(IReadOnlyList<string> required, IReadOnlyList<string> optional) => new()
    {
        ["schema"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(required.Concat(optional).Select(field =>
                KeyValuePair.Create(field, (JsonNode?)new JsonObject { ["contentMediaType"] = "image/*" }))),
            ["required"] = new JsonArray([.. required.Select(field => JsonValue.Create(field))]),
        },
    };

    [GeneratedRegex(@"^.*?(\.(?= )|$)")]
    private static partial Regex FirstSentence();
}
