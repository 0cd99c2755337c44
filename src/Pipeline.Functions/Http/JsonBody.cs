using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Functions.Http;

/// <summary>Reads small bodies in JSON.</summary>
internal static class JsonBody
{
    private const int MaxBytes = 256 * 1024;

    /// <summary>Reads a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="example">What a body looks like, for errors.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <exception cref="ApiProblemException">It is not JSON, too long, or of another form.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, string example, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            throw Problems.NotJson(request.ContentType, example);
        }

        byte[] body = new byte[MaxBytes + 1];
        int length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBytes)
        {
            throw Problems.MalformedBody($"It has more than {MaxBytes / 1024} kB.", example);
        }

        try
        {
            return JsonSerializer.Deserialize<T>(body.AsSpan(0, length), JsonSerializerOptions.Web)
                ?? throw Problems.MalformedBody("It is null.", example);
        }
        catch (JsonException malformed)
        {
            throw Problems.MalformedBody(malformed.Message, example);
        }
    }
}
