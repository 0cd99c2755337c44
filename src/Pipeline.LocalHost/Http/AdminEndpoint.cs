using System.Text.Json;
using Pipeline.LocalHost.Functions;

namespace Pipeline.LocalHost.Http;

/// <summary><c>POST /admin/functions/NAME</c>: runs a function without an HTTP trigger, at once.</summary>
internal static class AdminEndpoint
{
    public const string Path = "/admin/functions/{name}";

    /// <summary>202 if the function starts, 404 if there is none of this name, 400 if the body is not JSON.</summary>
    public static async Task<IResult> RunAsync(string name, HttpRequest request, DirectCalls calls, CancellationToken cancellationToken)
    {
        string input;
        try
        {
            input = await InputAsync(request, cancellationToken);
        }
        catch (JsonException)
        {
            return Results.BadRequest();
        }

        return await calls.StartAsync(name, input, cancellationToken)
            ? Results.Json(new { }, statusCode: StatusCodes.Status202Accepted)
            : Results.NotFound();
    }

    /// <summary>The property <c>input</c> of the body: a message, or a blob's path.</summary>
    private static async Task<string> InputAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        string body = await reader.ReadToEndAsync(cancellationToken);
        if (body.Length == 0)
        {
            return "";
        }

        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("input", out JsonElement input) ? ""
            : input.ValueKind == JsonValueKind.String ? input.GetString()!
            : input.GetRawText();
    }
}
