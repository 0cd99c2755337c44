using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Pipeline.Client;

/// <summary>
/// A client of the image similarity pipeline. All methods may be called at the same time, from any thread. An error response is thrown as
/// <see cref="PipelineProblemException"/>; an app that cannot be reached as <see cref="HttpRequestException"/>.
/// </summary>
/// <example>
/// <code>
/// using var client = new PipelineClient(new Uri("https://images.azurewebsites.net"), key);
/// await using FileStream image = File.OpenRead("vase.jpg");
/// SimilarResponse response = await client.FindSimilarAsync(image, new SimilarOptions { Top = 5 });
/// </code>
/// </example>
public sealed partial class PipelineClient : IDisposable
{
    // Azure's front end breaks a request off after 230 seconds.
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http;
    private readonly Uri _api;
    private readonly bool _owned;

    /// <summary>A client with connections of its own, which sends a request again that the app was too busy for.</summary>
    /// <param name="address">The app's address, such as <c>https://images.azurewebsites.net</c>, with or without <c>/api</c>.</param>
    /// <param name="key">A function key; null where the app needs none, as on this machine.</param>
    /// <exception cref="ArgumentException">The address is none of an app.</exception>
    public PipelineClient(Uri address, string? key = null)
    {
        var retries = new ResiliencePipelineBuilder<HttpResponseMessage>();
        Retries.AddTo(retries);
        _api = ApiAddress.Of(address);
        _http = new HttpClient(new ResilienceHandler(retries.Build()) { InnerHandler = CreateHandler() });
        _owned = true;
        Configure(_http, address, key);
    }

    /// <summary>A client that uses connections of the caller, as they are: with their headers, time limit and retries.</summary>
    /// <param name="http">Its base address is that of the app, with or without <c>/api</c>. It is not disposed of.</param>
    /// <exception cref="ArgumentException">It has no base address, or one that is none of an app.</exception>
    public PipelineClient(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        _api = ApiAddress.Of(http.BaseAddress);
        _http = http;
    }

    /// <summary>The address of the API; it ends with <c>/api/</c>.</summary>
    public Uri Address => _api;

    /// <summary>Whether the app can do its work. Needs no key.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The health, also where it is bad.</returns>
    /// <exception cref="PipelineProblemException">The app does not start, or there is none at the address.</exception>
    public async Task<HealthResponse> GetHealthAsync(CancellationToken cancellationToken = default)
    {
        using HttpRequestMessage request = Request(HttpMethod.Get, "health");
        using HttpResponseMessage response = await StartAsync(request, cancellationToken).ConfigureAwait(false);
        bool isHealth = response.StatusCode == HttpStatusCode.ServiceUnavailable
            && response.Content.Headers.ContentType?.MediaType == "application/json";
        return response.IsSuccessStatusCode || isHealth
            ? await ParseAsync<HealthResponse>(response, cancellationToken).ConfigureAwait(false)
            : throw await ProblemResponse.ReadAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes its connections, if they are its own.</summary>
    public void Dispose()
    {
        if (_owned)
        {
            _http.Dispose();
        }
    }

    /// <summary>Gives a new <see cref="HttpClient"/> its address and key.</summary>
    internal static void Configure(HttpClient http, Uri address, string? key)
    {
        http.BaseAddress = ApiAddress.Of(address);
        http.Timeout = ResponseTimeout;
        http.DefaultRequestHeaders.UserAgent.ParseAdd("Pipeline.Client");
        if (string.IsNullOrEmpty(key))
        {
            return;
        }

        if (!key.All(char.IsAscii) || key.Any(char.IsControl))
        {
            throw new ArgumentException("The key has characters that no key has, such as line feeds: copy it again.", nameof(key));
        }

        http.DefaultRequestHeaders.Add("x-functions-key", key);
    }

    /// <summary>The handler at the end: it follows no redirect, because that would send the key to another server.</summary>
    internal static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null, bool isRepeatable = true)
    {
        var request = new HttpRequestMessage(method, ApiAddress.Combine(_api, path)) { Content = content };
        if (isRepeatable)
        {
            Retries.Allow(request);
        }

        return request;
    }

    private Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync<T>(Request(HttpMethod.Get, path), cancellationToken);

    private async Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return await ParseAsync<T>(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends and disposes of the request; the response is one of success, and is read by the caller.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            HttpResponseMessage response = await StartAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
            {
                return response;
            }

            using (response)
            {
                throw await ProblemResponse.ReadAsync(response, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private Task<HttpResponseMessage> StartAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <exception cref="InvalidDataException">The response is not what the API says.</exception>
    private static async Task<T> ParseAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(cancellationToken).ConfigureAwait(false)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw Unexpected(response, exception);
        }
    }

    private static InvalidDataException Unexpected(HttpResponseMessage response, JsonException exception) => new(
        $"The response to {response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.GetLeftPart(UriPartial.Path)} is not " +
        $"what this version of the client reads. Check the address and use a client of the app's version. ({exception.Message})",
        exception);
}
