using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Cli.Demo;

/// <summary>A client of the running function app.</summary>
internal sealed class AppClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>All stored images; null while storage does not respond.</summary>
    /// <exception cref="CommandFailure">The response is an error or not understood.</exception>
    public async Task<IReadOnlyList<ListedImage>?> ListImagesAsync(CancellationToken cancellationToken)
    {
        List<ListedImage> images = [];
        string? token = null;
        do
        {
            string query = token is null ? "" : $"?continue={Uri.EscapeDataString(token)}";
            using HttpResponseMessage response = await _http.GetAsync($"api/images{query}", cancellationToken);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return null;
            }

            ImagesResponse page = await ReadAsync<ImagesResponse>(response, cancellationToken);
            images.AddRange(page.Images);
            token = page.Continue;
        }
        while (token is not null);

        return images;
    }

    /// <summary>The stored images most similar to an image.</summary>
    /// <exception cref="CommandFailure">The response is an error or not understood.</exception>
    public async Task<SimilarResponse> FindSimilarAsync(Sample sample, int top, CancellationToken cancellationToken)
    {
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(sample.Path, cancellationToken));
        body.Headers.ContentType = new MediaTypeHeaderValue(sample.ContentType);
        using HttpResponseMessage response = await _http.PostAsync($"api/similar?top={top}", body, cancellationToken);
        return await ReadAsync<SimilarResponse>(response, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string call = $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.PathAndQuery}";
        if (!response.IsSuccessStatusCode)
        {
            string text = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new CommandFailure($"{call} failed with {(int)response.StatusCode}: {text[..Math.Min(text.Length, 500)]}");
        }

        try
        {
            return await response.Content.ReadFromJsonAsync<T>(cancellationToken)
                ?? throw new CommandFailure($"{call} returned null.");
        }
        catch (JsonException exception)
        {
            throw new CommandFailure($"{call} returned an unexpected response: {exception.Message}");
        }
    }
}
