using System.Globalization;
using System.Text.Json;
using Google.Protobuf.Collections;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// What the real host tells the worker of a request: every query parameter and every route value by name, and all of both and of the headers.
/// The worker binds a function's parameters from it by their names, so a query parameter reaches one of the same name, as in Azure.
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
            // A part of the route that may be left out and was has no value.
            if (value is not null)
            {
                metadata[name] = new TypedData { String = Convert.ToString(value, CultureInfo.InvariantCulture) };
            }
        }

        return metadata;
    }

    private static TypedData Json(Dictionary<string, string> values) => new() { Json = JsonSerializer.Serialize(values) };
}
