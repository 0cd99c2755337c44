using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

public class TelemetryTests(SeededModels models)
{
    private static readonly string[] Steps = ["decode", "embed", "write", "refresh", "scan"];

    [Fact]
    public async Task With_the_console_setting_every_step_is_shown_with_its_span_and_its_histogram()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        await using FunctionApp app = await FunctionApp.StartAsync(azurite, Settings(("Telemetry__Console", "true")));

        await IndexAndAskAsync(azurite, app);

        await app.Process.WaitUntilAsync(
            () => Task.FromResult(Array.TrueForAll(Steps, step =>
                app.Process.Output.Contains($"Activity.DisplayName:        {step}", StringComparison.Ordinal)
                && app.Process.Output.Contains($"pipeline.{step}.duration", StringComparison.Ordinal))),
            "all spans and histograms");
    }

    [Fact]
    public async Task With_an_OTLP_endpoint_spans_histograms_and_log_go_there_and_the_hosts_log_stays_whole()
    {
        await using Azurite azurite = await Azurite.StartNewAsync();
        using var collector = new Collector();
        await using FunctionApp app = await FunctionApp.StartAsync(
            azurite, Settings(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")));

        await IndexAndAskAsync(azurite, app);

        await app.Process.WaitUntilAsync(
            () => Task.FromResult(
                collector.Received("/v1/traces").Contains("decode", StringComparison.Ordinal)
                && Array.TrueForAll(
                    Steps, step => collector.Received("/v1/metrics").Contains($"pipeline.{step}.duration", StringComparison.Ordinal))
                && collector.Received("/v1/logs").Contains("traced.bmp", StringComparison.Ordinal)),
            "spans, histograms and log at the collector");

        // Lines without an invocation's id, as the worker's newest schema writes them, are lost in a Functions host.
        Assert.Contains("Function.EmbedWithVgg16.User[0] traced.bmp: Indexed by vgg16", app.Process.Output, StringComparison.Ordinal);
    }

    private static async Task IndexAndAskAsync(Azurite azurite, FunctionApp app)
    {
        await azurite.Images.GetBlobClient("traced.bmp").UploadAsync(
            BinaryData.FromBytes(TestImages.Bitmap(1)), TestContext.Current.CancellationToken);
        await app.WaitUntilIndexedAsync("traced.bmp");
        await app.FindSimilarAsync(TestImages.Bitmap(1));
    }

    private Dictionary<string, string> Settings(params (string Name, string Value)[] settings) => new(
        settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
    {
        ["Models__Folder"] = models.Folder,
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
    };

    /// <summary>Takes what is sent by OTLP over HTTP. Names stand as they are in protobuf, so a search in the bytes finds them.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentDictionary<string, string> _received = new(StringComparer.Ordinal);

        public Collector()
        {
            Address = $"http://127.0.0.1:{OwnPorts.Take(1)[0]}";
            _listener.Prefixes.Add($"{Address}/");
            _listener.Start();
            _ = TakeAsync();
        }

        public string Address { get; }

        public string Received(string path) => _received.GetValueOrDefault(path, "");

        public void Dispose() => _listener.Close();

        private async Task TakeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext call;
                try
                {
                    call = await _listener.GetContextAsync();
                }
                catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
                {
                    // Closed by the end of the test.
                    return;
                }

                using var body = new MemoryStream();
                await call.Request.InputStream.CopyToAsync(body);
                string text = Encoding.Latin1.GetString(body.ToArray());
                _received.AddOrUpdate(call.Request.Url!.AbsolutePath, text, (_, earlier) => earlier + text);
                call.Response.Close();
            }
        }
    }
}
