using System.Net;
using System.Text.Json;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Infra;

/// <summary>A fake of the deployed app: it checks its key, and knows the sample from the second request on.</summary>
internal sealed class FakeApp : IDisposable
{
    public const string Key = "the-secret-key";

    private readonly HttpListener _listener = new();
    private readonly Action<string> _record;
    private readonly Func<bool> _neverFinds;
    private int _asked;

    /// <param name="record">Takes each request, such as <c>GET /api/similar/a.jpg?top=1</c>.</param>
    /// <param name="neverFinds">Whether the sample stays unknown.</param>
    public FakeApp(Action<string> record, Func<bool> neverFinds)
    {
        (_record, _neverFinds) = (record, neverFinds);
        Address = $"http://127.0.0.1:{OwnPorts.Take(1)[0]}";
        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    public void Dispose() => _listener.Close();

    // As search answers that has nothing but the sample.
    private static byte[] Response() => JsonSerializer.SerializeToUtf8Bytes(
        new SimilarResponse(
            new ImageInfo("deploy-check/vase-1.jpg", 1, 1, ""),
            new Dictionary<string, ModelMatches> { ["vgg16"] = new(WeightsOrigin.ImageNet, "0123", 1, [], null) },
            [],
            new SimilarTimes(0, 0, 0, 0)),
        JsonSerializerOptions.Web);

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                _record($"{context.Request.HttpMethod} {context.Request.RawUrl}");
                context.Response.StatusCode =
                    context.Request.Headers["x-functions-key"] != Key ? 401 : ++_asked > 1 && !_neverFinds() ? 200 : 404;
                if (context.Response.StatusCode == 200)
                {
                    await context.Response.OutputStream.WriteAsync(Response());
                }

                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
