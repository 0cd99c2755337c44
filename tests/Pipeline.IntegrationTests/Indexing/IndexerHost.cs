using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Imaging;
using Pipeline.Indexing;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.IntegrationTests.Indexing;

/// <summary>The indexer and the search in this process, as the app registers them, against storage of their own.</summary>
internal sealed class IndexerHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private IndexerHost(Azurite azurite, SeededModels models)
    {
        Azurite = azurite;
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ImagesStorage"] = azurite.ConnectionString,
                ["Models:Folder"] = models.Folder,
            })
            .Build();
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddLogging()
            .AddPipeline(configuration)
            .ConfigureAll<BlobClientOptions>(options => options.AddPolicy(Requests, HttpPipelinePosition.PerCall))
            .ConfigureAll<TableClientOptions>(options => options.AddPolicy(Requests, HttpPipelinePosition.PerCall))
            .BuildServiceProvider();
        Blobs = new BlobServiceClient(
            azurite.ConnectionString, new BlobClientOptions { TrimBlobNameSlashes = false }).GetBlobContainerClient("images");
    }

    public Azurite Azurite { get; }

    /// <summary>The requests of the product to storage, without those of the test.</summary>
    public InterceptedRequests Requests { get; } = new();

    public HastyTime Time { get; } = new();

    /// <summary>The container as a test sees it.</summary>
    public BlobContainerClient Blobs { get; }

    public InstalledModel Model => Get<ModelSessions>().Models.Single(model => model.Key == "resnet50");

    public ImageIndexer Indexer => Get<ImageIndexer>();

    public EmbeddingTable Table => Get<EmbeddingTable>();

    public static async Task<IndexerHost> StartAsync(SeededModels models) => new(await Azurite.StartNewAsync(), models);

    public static ImageId Id(string name) => new("images", name);

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public Task<IndexOutcome> IndexAsync(string name, CancellationToken cancellationToken) =>
        Indexer.IndexAsync(Model, name, cancellationToken);

    public Task<bool> RemoveIfGoneAsync(string name, CancellationToken cancellationToken) =>
        Indexer.RemoveIfGoneAsync(Model, name, cancellationToken);

    public Task UploadAsync(string name, int number) => UploadAsync(name, BinaryData.FromBytes(TestImages.Bitmap(number)));

    public Task UploadAsync(string name, BinaryData content) =>
        Blobs.GetBlobClient(name).UploadAsync(content, overwrite: true, TestContext.Current.CancellationToken);

    public async Task DeleteAsync(string name) =>
        await Blobs.GetBlobClient(name).DeleteAsync(cancellationToken: TestContext.Current.CancellationToken);

    public async Task<string> ETagAsync(string name) =>
        (await Blobs.GetBlobClient(name).GetPropertiesAsync(
            cancellationToken: TestContext.Current.CancellationToken)).Value.ETag.ToString();

    public Task<EmbeddingRecord?> RecordAsync(string name) => Table.FindAsync(Model, Id(name).Key, TestContext.Current.CancellationToken);

    /// <summary>What search knows of an image after a refresh of its index.</summary>
    public Task<EmbeddingRecord?> SearchAsync(string name)
    {
        Time.Ahead += SimilarityIndex.MaxAge;
        return Get<ISimilaritySearch>().FindAsync(Model, Id(name), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Azurite.DisposeAsync();
    }
}

/// <summary>A clock that a test advances, and in which pauses take no time.</summary>
internal sealed class HastyTime : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
}

/// <summary>Lets a test observe each call to storage, and intervene.</summary>
internal sealed class InterceptedRequests : HttpPipelinePolicy
{
    private readonly List<string> _sent = [];

    /// <summary>
    /// Called before a call is sent with its method and path, such as <c>PUT /devstoreaccount1/images/x.jpg</c>. May throw.
    /// </summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<string> Sent
    {
        get
        {
            lock (_sent)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>Does something once, before the first call that fits.</summary>
    public void Once(string method, string path, Func<Task> what)
    {
        bool done = false;
        Before = async call =>
        {
            if (!done && call.StartsWith($"{method} ", StringComparison.Ordinal) && call.Contains(path, StringComparison.Ordinal))
            {
                done = true;
                await what();
            }
        };
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        string call = $"{message.Request.Method} {message.Request.Uri.ToUri().AbsolutePath}";
        lock (_sent)
        {
            _sent.Add(call);
        }

        await Before(call);
        await ProcessNextAsync(message, pipeline);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Everything here is asynchronous.");
}
