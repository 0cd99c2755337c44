using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;

namespace Pipeline.OpenApi;

/// <summary>Writes operations as OpenAPI has them.</summary>
/// <param name="schemas">Takes the types that are referred to.</param>
/// <param name="comments">The documentation of the methods.</param>
internal sealed partial class OperationJson(Schemas schemas, XmlComments comments)
{
    private const string Json = "application/json";

    /// <summary>The problems of an image that comes from anyone.</summary>
    private static readonly string[] ImageProblems =
    [
        ProblemTypes.EmptyImage, ProblemTypes.ImageTooLarge, ProblemTypes.UnsupportedFormat, ProblemTypes.TooManyPixels,
        ProblemTypes.DamagedImage,
    ];

    /// <summary>The problems of a body.</summary>
    private static readonly string[] BodyProblems =
    [
        ProblemTypes.MalformedRequest, ProblemTypes.RequestTimeout, ProblemTypes.ImageTooLarge, ProblemTypes.UnsupportedContentType,
    ];

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

        JsonArray parameters = [.. Parameters(operation)];
        if (parameters.Count > 0)
        {
            json["parameters"] = parameters;
        }

        if (Body(operation) is { } body)
        {
            json["requestBody"] = body;
        }

        json["responses"] = Responses(operation);
        return json;
    }

    private static IEnumerable<JsonNode> Parameters(Operation operation)
    {
        foreach (Match match in PathParameter().Matches(operation.Path))
        {
            string name = match.Groups[1].Value;
            yield return Parameter(name, "path", PathDescription(name), required: true, Text());
        }

        foreach (QueryAttribute query in operation.Get<QueryAttribute>())
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

    private JsonObject? Body(Operation operation)
    {
        if (operation.Get<JsonBodyAttribute>().FirstOrDefault() is { } json)
        {
            return Body(new JsonObject { [Json] = new JsonObject { ["schema"] = schemas.Of(json.Type) } });
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
            ["required"] = ToArray(required),
        },
    };

    private JsonObject Responses(Operation operation)
    {
        var responses = new SortedDictionary<int, JsonObject>();
        foreach (RespondsAttribute declared in Declared(operation))
        {
            responses.Add(declared.Status, Response(declared));
        }

        if (operation.Get<CachedAttribute>().Any())
        {
            responses.Add(304, Response(new RespondsAttribute(304, "The caller has this version.")));
        }

        if (operation.NeedsKey)
        {
            responses.Add(401, Response(new RespondsAttribute(401, "In Azure: no function key, or an unknown one. There is no body.")));
        }

        foreach (IGrouping<int, string> problems in Problems(operation).Distinct().GroupBy(type => ProblemStatus.ByType[type]))
        {
            responses.Add(problems.Key, Problem([.. problems]));
        }

        return new JsonObject(responses.Select(response =>
            KeyValuePair.Create(response.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)response.Value)));
    }

    private static IEnumerable<RespondsAttribute> Declared(Operation operation)
    {
        RespondsAttribute[] declared = [.. operation.Get<RespondsAttribute>()];
        return declared.Length > 0 ? declared : Returned(operation.Method.ReturnType);
    }

    /// <summary>The responses that can be seen from what a method returns.</summary>
    private static IEnumerable<RespondsAttribute> Returned(Type type)
    {
        Type[] arguments = type.IsGenericType ? type.GetGenericArguments() : [];
        return type switch
        {
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(Task<>) => Returned(arguments[0]),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(Ok<>) => [Success(arguments[0])],
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(Accepted<>) =>
                [new(202, "It is done in the background.") { Json = arguments[0] }],
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(Results<,>) =>
                [new(200, "The response.") { Json = Returned(arguments[0]).Single().Json, Media = Returned(arguments[1]).Single().Media }],
            _ when type == typeof(NoContent) => [new(204, "It is deleted.")],
            _ when type == typeof(PngResult) => [new(200, "The image.") { Media = [PngResult.ContentType] }],
            _ => [Success(type)],
        };
    }

    private static RespondsAttribute Success(Type json) => new(200, "The response.") { Json = json };

    private JsonObject Response(RespondsAttribute declared)
    {
        var content = new JsonObject();
        if (declared.Json is { } type)
        {
            content[Json] = new JsonObject { ["schema"] = schemas.Of(type) };
        }

        foreach (string media in declared.Media)
        {
            content[media] = new JsonObject();
        }

        var response = new JsonObject { ["description"] = declared.Description };
        if (content.Count > 0)
        {
            response["content"] = content;
        }

        return response;
    }

    private static IEnumerable<string> Problems(Operation operation)
    {
        IEnumerable<string> types = operation.Get<ProblemsAttribute>().SelectMany(problems => problems.Types)
            .Append(ProblemTypes.InternalError);
        if (operation.NeedsKey)
        {
            types = types.Concat([ProblemTypes.StorageUnavailable, ProblemTypes.StorageDenied]);
        }

        if (operation.Get<QueryAttribute>().Any() || operation.Path.Contains('{', StringComparison.Ordinal))
        {
            types = types.Append(ProblemTypes.InvalidParameter);
        }

        if (operation.Get<TagQueryAttribute>().Any())
        {
            types = types.Append(ProblemTypes.InvalidTag);
        }

        if (operation.Get<JsonBodyAttribute>().Any())
        {
            types = types.Concat(BodyProblems);
        }

        if (operation.Get<ImageBodyAttribute>().Any() || operation.Get<FormBodyAttribute>().Any())
        {
            types = types.Concat(BodyProblems).Concat(ImageProblems).Append(ProblemTypes.MissingImage);
        }

        return operation.Get<ReadsImagesAttribute>().Any()
            ? types.Concat(ImageProblems).Concat([ProblemTypes.UnknownImage, ProblemTypes.UnreadableImage])
            : types;
    }

    private static JsonObject Problem(string[] types) => new()
    {
        ["description"] = string.Join(", ", types.Select(type => $"`{type.Split(':')[^1]}`")),
        ["content"] = new JsonObject
        {
            ["application/problem+json"] = new JsonObject
            {
                ["schema"] = new JsonObject
                {
                    ["$ref"] = "#/components/schemas/Problem",
                    ["properties"] = new JsonObject { ["type"] = new JsonObject { ["enum"] = ToArray(types) } },
                },
            },
        },
    };

    private static JsonArray ToArray<T>(IEnumerable<T> values) => [.. values.Select(value => JsonSerializer.SerializeToNode(value))];

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex(@"^.*?(\.(?= )|$)")]
    private static partial Regex FirstSentence();
}
