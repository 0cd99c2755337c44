using System.Net;
using System.Text.Json.Nodes;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>The function app as its users run it: the built program in a process of its own.</summary>
internal sealed class FunctionApp : IAsyncDisposable
{
    private static readonly string Program =
        Repository.Path("src", "Pipeline.Functions", "bin", Repository.Configuration, "net10.0", "Pipeline.Functions.dll");

    private FunctionApp(ServerProcess process, HttpClient client) => (Process, Client) = (process, client);

    public ServerProcess Process { get; }

    public HttpClient Client { get; }

    /// <summary>Starts it and waits until it listens; storage need not be there.</summary>
    public static Task<FunctionApp> StartAsync(Azurite azurite, SeededModels models) => StartAsync(azurite, models.Folder);

    /// <summary>Starts it with the networks of a folder.</summary>
    public static Task<FunctionApp> StartAsync(Azurite azurite, string modelsFolder) =>
        StartAsync(azurite, new Dictionary<string, string> { ["Models__Folder"] = modelsFolder });

    /// <summary>Starts it with settings of its own beside those of storage.</summary>
    public static Task<FunctionApp> StartAsync(Azurite azurite, IReadOnlyDictionary<string, string> settings)
    {
        string url = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        return StartedAsync(Launch(azurite, settings, "dotnet", Program, "--urls", url), url);
    }

    /// <summary>Starts it and waits for nothing: it may not come up.</summary>
    public static ServerProcess Launch(Azurite azurite, IReadOnlyDictionary<string, string> settings) =>
        Launch(azurite, settings, "dotnet", Program, "--urls", $"http://127.0.0.1:{ServerProcess.FreePort()}");

    /// <summary>Starts an executable of it.</summary>
    public static Task<FunctionApp> StartExecutableAsync(string executable, Azurite azurite, IReadOnlyDictionary<string, string> settings)
    {
        string url = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        return StartedAsync(Launch(azurite, settings, executable, "--urls", url), url);
    }

    private static ServerProcess Launch(
        Azurite azurite, IReadOnlyDictionary<string, string> settings, string file, params string[] arguments) =>
        ServerProcess.Start(
            file,
            arguments,
            new Dictionary<string, string>(settings)
            {
                ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
                ["AzureWebJobsStorage"] = azurite.ConnectionString,
                ["ImagesStorage"] = azurite.ConnectionString,
            });

    private static async Task<FunctionApp> StartedAsync(ServerProcess process, string url)
    {
        var client = new HttpClient { BaseAddress = new Uri($"{url}/api/"), Timeout = TimeSpan.FromMinutes(2) };
        await process.WaitUntilAsync(() => Task.FromResult(process.Output.Contains("Application started", StringComparison.Ordinal)), "the app's start");
        return new FunctionApp(process, client);
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(path);
        return await ReadAsync(response, HttpStatusCode.OK);
    }

    public async Task<JsonNode> FindSimilarAsync(byte[] image, string query = "")
    {
        using HttpResponseMessage response = await PostAsync($"similar{query}", image, "application/octet-stream");
        return await ReadAsync(response, HttpStatusCode.OK);
    }

    public async Task<HttpResponseMessage> PostAsync(string path, byte[] body, string? contentType)
    {
        using var content = new ByteArrayContent(body);
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await Client.PostAsync(path, content);
    }

    /// <summary>The state of an image by each model, as <c>GET /api/images</c> tells it.</summary>
    public async Task<IReadOnlyDictionary<string, (string State, string? Reason)>> StatesAsync(string name)
    {
        JsonNode page = await GetAsync($"images?prefix={Uri.EscapeDataString(name)}");
        JsonNode? image = page["images"]!.AsArray().FirstOrDefault(image => image!["name"]!.GetValue<string>() == name);
        return image?["models"]!.AsObject().ToDictionary(
            model => model.Key, model => (model.Value!["state"]!.GetValue<string>(), model.Value["reason"]?.GetValue<string>()))
            ?? new Dictionary<string, (string, string?)>();
    }

    /// <summary>Waits until both models have these images.</summary>
    public Task WaitUntilIndexedAsync(params string[] names) => Process.WaitUntilAsync(
        async () =>
        {
            foreach (string name in names)
            {
                IReadOnlyDictionary<string, (string State, string? Reason)> states = await StatesAsync(name);
                if (states.FirstOrDefault(state => state.Value.State == "failed") is { Key: { } model, Value.Reason: { } reason })
                {
                    throw new InvalidOperationException($"'{name}' failed by {model}: {reason}");
                }

                if (states.Count != 2 || states.Values.Any(state => state.State != "indexed"))
                {
                    return false;
                }
            }

            return true;
        },
        $"{string.Join(", ", names)} to be indexed");

    public static async Task<JsonNode> ReadAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>Holds an answer to be a problem of a kind, whose detail says something.</summary>
    public static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string kind, string detail)
    {
        JsonNode problem = await ReadAsync(response, status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"urn:pipeline:problem:{kind}", problem["type"]!.GetValue<string>());
        Assert.Equal((int)status, problem["status"]!.GetValue<int>());
        Assert.NotEmpty(problem["title"]!.GetValue<string>());
        Assert.Contains(detail, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }
}
