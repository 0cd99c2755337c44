using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;

namespace Pipeline.OpenApi;

/// <summary>Writes the responses of an operation as OpenAPI has them, the problems among them.</summary>
/// <param name="schemas">Takes the types that are referred to.</param>
internal sealed class ResponseJson(Schemas schemas)
{
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

    /// <summary>Describes them, by their statuses.</summary>
    public JsonObject Write(Operation operation)
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
            content["application/json"] = new JsonObject { ["schema"] = schemas.Of(type) };
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

        if (operation.Queries().Any() || operation.Path.Contains('{', StringComparison.Ordinal))
        {
            types = types.Append(ProblemTypes.InvalidParameter);
        }

        if (operation.Queries().OfType<TagQueryAttribute>().Any())
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
                    ["properties"] = new JsonObject
                    {
                        ["type"] = new JsonObject { ["enum"] = new JsonArray([.. types.Select(type => JsonValue.Create(type))]) },
                    },
                },
            },
        },
    };
}
