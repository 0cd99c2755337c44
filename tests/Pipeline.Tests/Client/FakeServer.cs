using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Client;

namespace Pipeline.Tests.Client;

/// <summary>Responds to the client's requests in the process, in the order of the given responses; the last one stays.</summary>
internal sealed class FakeServer(params Func<HttpResponseMessage>[] responses) : HttpMessageHandler
{
    public static readonly Uri Address = new("https://app.example");

    /// <summary>Method, address as sent, and body of each request.</summary>
    public List<(string Method, string Address, string Body, string? Key)> Requests { get; } = [];

    /// <summary>A client as dependency injection makes it, with retries, whose last handler is this.</summary>
    public PipelineClient Client(Uri? address = null, string? key = null)
    {
        var services = new ServiceCollection();
        services.AddPipelineClient(address ?? Address, key).ConfigurePrimaryHttpMessageHandler(() => this);
        return services.BuildServiceProvider().GetRequiredService<PipelineClient>();
    }

    public static Func<HttpResponseMessage> Json(
        string json, HttpStatusCode status = HttpStatusCode.OK, string type = "application/json") =>
        () => new HttpResponseMessage(status) { Content = new StringContent(json, Encoding.UTF8, type) };

    public static Func<HttpResponseMessage> Empty(HttpStatusCode status, string? retryAfter = null) => () =>
    {
        var response = new HttpResponseMessage(status);
        if (retryAfter is not null)
        {
            response.Headers.Add("Retry-After", retryAfter);
        }

        return response;
    };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        string? key = request.Headers.TryGetValues("x-functions-key", out IEnumerable<string>? keys) ? keys.Single() : null;
        Requests.Add((request.Method.Method, request.RequestUri!.OriginalString, body, key));
        HttpResponseMessage response = responses[Math.Min(Requests.Count, responses.Length) - 1]();
        response.RequestMessage = request;
        return response;
    }
}
