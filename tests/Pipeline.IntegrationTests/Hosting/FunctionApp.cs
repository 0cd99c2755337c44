using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>The function app as its users run it: the built app as the worker of the local host, in processes of their own.</summary>
internal sealed partial class FunctionApp : IAsyncDisposable
{
    private static readonly string Host =
        Repository.Path("src", "Pipeline.LocalHost", "bin", Repository.Configuration, "net10.0", "Pipeline.LocalHost.dll");

    private FunctionApp(ServerProcess process, HttpClient client) => (Process, Client) = (process, client);

    /// <summary>The output folder of the app, for a Functions host.</summary>
    public static string Output { get; } = Repository.Path("src", "Pipeline.Functions", "bin", Repository.Configuration, "net10.0");

    /// <summary>The host.</summary>
    public ServerProcess Process { get; }

    public HttpClient Client { get; }

    /// <summary>Bytes of memory that the worker holds now.</summary>
    public long WorkerMemory
    {
        get
        {
            using Process worker = Worker();
            return worker.WorkingSet64;
        }
    }

    /// <summary>Starts it and waits until it listens; storage need not be there.</summary>
    public static Task<FunctionApp> StartAsync(Azurite azurite, SeededModels models) => StartAsync(azurite, models.Folder);

    /// <summary>Starts it with the models of a folder.</summary>
    public static Task<FunctionApp> StartAsync(Azurite azurite, string modelsFolder) =>
        StartAsync(azurite, new Dictionary<string, string> { ["Models__Folder"] = modelsFolder });

    /// <summary>Starts it with settings of its own beside those of storage.</summary>
    public static Task<FunctionApp> StartAsync(Azurite azurite, IReadOnlyDictionary<string, string> settings) =>
        StartedAsync(Launch(azurite, settings));

    /// <summary>Starts it without local events: what is uploaded is not reported to it.</summary>
    public static Task<FunctionApp> StartWithoutEventsAsync(Azurite azurite, SeededModels models) =>
        StartWithoutEventsAsync(azurite, models.Folder);

    /// <summary>Starts it with the models of a folder, without local events.</summary>
    public static Task<FunctionApp> StartWithoutEventsAsync(Azurite azurite, string modelsFolder) => StartedAsync(Launch(
        azurite,
        new Dictionary<string, string> { ["Models__Folder"] = modelsFolder },
        "dotnet",
        [Host, "run", "--app", Output, "--urls", "http://127.0.0.1:0"]));

    /// <summary>Starts an app and a host from their published folders.</summary>
    public static Task<FunctionApp> StartPublishedAsync(
        string host, string folder, Azurite azurite, IReadOnlyDictionary<string, string> settings) =>
        StartedAsync(Launch(azurite, settings, host, ["run", "--app", folder, "--urls", "http://127.0.0.1:0", "--events"]));

    /// <summary>Starts it without waiting: it may fail to start.</summary>
    public static ServerProcess Launch(Azurite azurite, IReadOnlyDictionary<string, string> settings) =>
        Launch(azurite, settings, "dotnet", [Host, "run", "--app", Output, "--urls", "http://127.0.0.1:0", "--events"]);

    /// <summary>The app's own process, which the host started. It is another one after a crash.</summary>
    public Process Worker() =>
        Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id) ? id : 0)
            .Where(id => id > 0 && IsWorker(id))
            .Select(System.Diagnostics.Process.GetProcessById)
            .SingleOrDefault()
        ?? throw new InvalidOperationException($"The host has no worker at this moment:\n{Process.Output}");

    private bool IsWorker(int id)
    {
        try
        {
            // The fourth field is the parent; the second, in brackets, may hold spaces.
            string status = File.ReadAllText($"/proc/{id}/stat");
            return status[(status.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{Process.Id}";
        }
        catch (IOException)
        {
            // It ended between the listing and this.
            return false;
        }
    }

    private static ServerProcess Launch(
        Azurite azurite, IReadOnlyDictionary<string, string> settings, string file, string[] arguments) =>
        ServerProcess.Start(
            file,
            arguments,
            new Dictionary<string, string>(settings)
            {
                ["AzureWebJobsStorage"] = azurite.ConnectionString,
                ["ImagesStorage"] = azurite.ConnectionString,
            });

    private static async Task<FunctionApp> StartedAsync(ServerProcess process)
    {
        await process.WaitUntilAsync(() => Task.FromResult(Ready().IsMatch(process.Output)), "the app's start");
        var address = new Uri(Ready().Match(process.Output).Groups[1].Value);
        return new FunctionApp(process, new HttpClient(new ApiContract()) { BaseAddress = new Uri(address, "api/"), Timeout = Wait.Limit });
    }

    [GeneratedRegex(@"Ready: (http://\S+)")]
    private static partial Regex Ready();

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

    /// <summary>The state of an image by each model, as <c>GET /api/images</c> reports it.</summary>
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

    /// <summary>Asserts that a response is a problem of a type, with a text in its detail.</summary>
    public static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string kind, string detail)
    {
        JsonNode problem = await ReadAsync(response, status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"urn:pipeline:problem:{kind}", problem["type"]!.GetValue<string>());
        Assert.Equal((int)status, problem["status"]!.GetValue<int>());
        Assert.NotEmpty(problem["title"]!.GetValue<string>());
        Assert.Contains(detail, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    /// <summary>Asserts that there is nothing to get at an address.</summary>
    public async Task AssertUnknownAddressAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(path, TestContext.Current.CancellationToken);
        await AssertProblemAsync(response, HttpStatusCode.NotFound, "unknown-address", "");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }
}
