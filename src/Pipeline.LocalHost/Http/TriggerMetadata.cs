using System.Globalization;
using System.Text.Json;
using Google.Protobuf.Collections;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// What the real host sends the worker about a request: every query parameter and route value by name, and the whole query and all headers
/// as JSON. The worker binds a function's parameters from it by their names, so a query parameter reaches one of the same name, as in
/// Azure.
/// </summary>
internal static class TriggerMetadata
{
    public static MapField<string, TypedData> Of(HttpRequest request, RouteValueDictionary route)
    {
        var metadata = new MapField<string, TypedData>
        {
            ["Query"] = Json(request.Query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString())),
            ["Headers"] = Json(request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())),
        };
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues value) in request.Query)
        {
            metadata[name] = new TypedData { String = value.ToString() };
        }

        foreach ((string name, object? value) in route)
        {
            // An optional part of the route that was left out has no value.
            if (value is not null)
            {
                metadata[name] = new TypedData { String = Convert.ToString(value, CultureInfo.InvariantCulture) };
            }
        }

        return metadata;
    }

    private static TypedData Json(Dictionary<string, string> values) => new() { Json = JsonSerializer.Serialize(values) };
}
