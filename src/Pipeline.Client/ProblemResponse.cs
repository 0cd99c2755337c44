using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Client;

/// <summary>Turns an error response into an exception.</summary>
internal static class ProblemResponse
{
    private const string ContentType = "application/problem+json";

    /// <summary>The exception for a response without success.</summary>
    public static async Task<PipelineProblemException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        int status = (int)response.StatusCode;
        Problem? problem = await ReadProblemAsync(response.Content, cancellationToken).ConfigureAwait(false);
        return new PipelineProblemException(
            problem?.Type ?? PipelineProblemException.Unspecified, status, problem?.Detail ?? problem?.Title ?? Describe(response, status))
        {
            Title = problem?.Title,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private static async Task<Problem?> ReadProblemAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentType?.MediaType != ContentType)
        {
            return null;
        }

        try
        {
            return await content.ReadFromJsonAsync<Problem>(cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            // Cut on its way: the status is still known.
            return null;
        }
    }

    private static string Describe(HttpResponseMessage response, int status)
    {
        Uri address = response.RequestMessage!.RequestUri!;
        string call = $"{response.RequestMessage.Method} {address.GetLeftPart(UriPartial.Path)}";
        return status switch
        {
            401 or 403 => $"{call}: the app refuses the function key, or none was given. Pass one that the app has.",
            404 => $"{call}: there is no such app. Check the address; the app's paths begin with /api.",
            429 => $"{call}: the app has too many requests at once. Try again later, with fewer at a time.",
            >= 300 and < 400 => $"{call}: the server redirects to {response.Headers.Location}, and a key is not sent on. Use that address.",
            _ => $"{call}: the response has the status {status} and does not say why. The app's log may have more.",
        };
    }

    private sealed record Problem(string? Type, string? Title, string? Detail);
}
