using System.Collections.Concurrent;
using System.Diagnostics;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.ModelBuilding;
using Pipeline.Models;
using Pipeline.Models.Store;

namespace Pipeline.IntegrationTests.Models;

/// <summary>Fetches versions from real storage. The files are not real models: the tests only check the files.</summary>
[Collection(nameof(RunningPipeline))]
public sealed class ModelStoreTests(RunningPipeline pipeline) : IDisposable
{
    private const string Vgg16 = "aaaaaaaaaaaa";
    private const string ResNet50 = "bbbbbbbbbbbb";

    // Longer than three ranges of the store.
    private static readonly byte[] Content = RandomBytes(26_000_000);

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-store-").FullName;
    private readonly BlobContainerClient _container =
        new BlobServiceClient(pipeline.Azurite.ConnectionString).GetBlobContainerClient($"models-{Guid.NewGuid():N}");

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Both_models_and_the_class_index_are_fetched_whole_and_then_storage_is_asked_no_more()
    {
        await UploadBothAsync();
        await UploadClassesAsync();
        var requests = new RecordedRequests();

        await Store(requests).FetchAsync(CancellationToken);
        int asked = requests.Ranges.Count;
        await Store(requests).FetchAsync(CancellationToken);

        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(_folder, $"vgg16-{Vgg16}", "vgg16.onnx"), CancellationToken));
        Assert.Equal(
            Content.Length, Find("resnet50", ResNet50)!.Path.Length > 0 ? new FileInfo(Find("resnet50", ResNet50)!.Path).Length : 0);
        Assert.Equal("vase", ClassIndex.Find(_folder)!.Classes[0].Label);
        Assert.True(
            requests.Ranges.Count(range => range.StartsWith("bytes=", StringComparison.Ordinal)) >= 8, string.Join(", ", requests.Ranges));
        Assert.Equal(asked, requests.Ranges.Count);
        Assert.Empty(Directory.GetFiles(_folder, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_new_version_lies_beside_the_old_one()
    {
        await UploadBothAsync();
        await Store().FetchAsync(CancellationToken);
        DateTime written = File.GetLastWriteTimeUtc(Find("vgg16", Vgg16)!.Path);
        await PublishedModels.UploadAsync(_container, "vgg16", "cccccccccccc", RandomBytes(1000));

        await Store(vgg16: "cccccccccccc").FetchAsync(CancellationToken);

        Assert.Equal(1000, new FileInfo(Find("vgg16", "cccccccccccc")!.Path).Length);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Find("vgg16", Vgg16)!.Path));
    }

    [Fact]
    public async Task The_version_before_is_fetched_only_when_it_is_asked_for_and_a_missing_one_is_an_error()
    {
        await UploadBothAsync();
        await PublishedModels.UploadAsync(_container, "vgg16", "cccccccccccc", RandomBytes(1000));
        var options = new ModelOptions { ContainerUri = _container.Uri, Folder = _folder };
        (options.Versions["vgg16"], options.Previous["vgg16"], options.Previous["resnet50"]) = (Vgg16, "cccccccccccc", "dddddddddddd");
        var store = new ModelStore(ModelCatalogue.Default(), options, _container, NullLogger<ModelStore>.Instance);

        await store.FetchAsync(CancellationToken);
        bool early = Directory.Exists(Path.Combine(_folder, "vgg16-cccccccccccc"));
        await store.FetchPreviousAsync("vgg16", CancellationToken);
        ModelStoreException missing = await Assert.ThrowsAsync<ModelStoreException>(
            () => store.FetchPreviousAsync("resnet50", CancellationToken));

        Assert.False(early);
        Assert.Equal(1000, new FileInfo(Find("vgg16", "cccccccccccc")!.Path).Length);
        Assert.NotNull(Find("vgg16", Vgg16));
        Assert.Contains("resnet50-dddddddddddd", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workers_that_start_together_fetch_once()
    {
        await UploadBothAsync();
        var requests = new RecordedRequests();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Store(requests).FetchAsync(CancellationToken)));

        Assert.Equal(2, requests.Manifests);
        Assert.NotNull(Find("vgg16", Vgg16));
        Assert.NotNull(Find("resnet50", ResNet50));
    }

    [Fact]
    public async Task A_file_that_is_not_what_its_manifest_says_gets_no_name()
    {
        await UploadBothAsync();
        await PublishedModels.UploadAsync(_container, "vgg16", Vgg16, Content, sha256: new string('0', 64));
        string damaged = await RefusalAsync(Store());
        AssertNothingOf("vgg16", Vgg16);
        await PublishedModels.UploadAsync(_container, "vgg16", Vgg16, Content, bytes: 7);
        string shorter = await RefusalAsync(Store());
        AssertNothingOf("vgg16", Vgg16);

        Assert.Contains($"'vgg16-{Vgg16}.onnx'", damaged, StringComparison.Ordinal);
        Assert.Contains("it is damaged. Upload 'vgg16-aaaaaaaaaaaa.onnx' and then 'vgg16-aaaaaaaaaaaa.manifest.json' " +
            "again", damaged, StringComparison.Ordinal);
        Assert.Contains("has 26,000,000 bytes, but its manifest says 7", shorter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_of_another_version_or_of_nothing_is_refused()
    {
        await UploadBothAsync();
        BlobClient manifest = _container.GetBlobClient($"vgg16-{Vgg16}.manifest.json");
        await manifest.UploadAsync(
            (await _container.GetBlobClient($"resnet50-{ResNet50}.manifest.json").DownloadContentAsync(
                CancellationToken)).Value.Content, overwrite: true, CancellationToken);
        string another = await RefusalAsync(Store());
        await manifest.UploadAsync(BinaryData.FromString("{"), overwrite: true, CancellationToken);
        string nothing = await RefusalAsync(Store());

        Assert.Contains("is the manifest of 'resnet50-bbbbbbbbbbbb', not of 'vgg16-aaaaaaaaaaaa'", another, StringComparison.Ordinal);
        Assert.Contains("a manifest that cannot be used", nothing, StringComparison.Ordinal);
        AssertNothingOf("vgg16", Vgg16);
    }

    [Fact]
    public async Task A_missing_version_is_named_with_those_that_are_there()
    {
        await UploadBothAsync();

        string version = await RefusalAsync(Store(vgg16: "dddddddddddd"));
        await _container.GetBlobClient($"vgg16-{Vgg16}.onnx").DeleteAsync(cancellationToken: CancellationToken);
        string file = await RefusalAsync(Store());
        await _container.DeleteAsync(cancellationToken: CancellationToken);
        string container = await RefusalAsync(Store());

        Assert.Contains("'vgg16-dddddddddddd.manifest.json' is missing", version, StringComparison.Ordinal);
        Assert.Contains($"set Models__Versions__vgg16 to a version that is there: {Vgg16}.", version, StringComparison.Ordinal);
        Assert.Contains($"'vgg16-{Vgg16}.onnx' is missing", file, StringComparison.Ordinal);
        Assert.Contains($"There is no container '{_container.Uri}'", container, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_is_cut_off_leaves_no_file_and_the_next_start_completes()
    {
        await UploadBothAsync();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        var requests = new RecordedRequests { OnRange = count => { if (count == 2) { cut.Cancel(); } } };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store(requests).FetchAsync(cut.Token));
        AssertNothingOf("vgg16", Vgg16);
        await Store().FetchAsync(CancellationToken);

        Assert.NotNull(Find("vgg16", Vgg16));
    }

    [Fact]
    public async Task A_first_start_that_dies_at_the_class_index_leaves_it_to_the_next()
    {
        await UploadBothAsync();
        await UploadClassesAsync();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        var requests = new RecordedRequests
        {
            OnPath = path => { if (path.EndsWith(ClassIndex.FileName, StringComparison.Ordinal)) { cut.Cancel(); } },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store(requests).FetchAsync(cut.Token));
        Assert.Null(ClassIndex.Find(_folder));
        await Store().FetchAsync(CancellationToken);

        Assert.NotNull(ClassIndex.Find(_folder));
        Assert.NotNull(Find("vgg16", Vgg16));
    }

    [Fact]
    public async Task A_class_index_that_comes_later_is_fetched_by_the_next_start_and_nothing_else()
    {
        await UploadBothAsync();
        await Store().FetchAsync(CancellationToken);
        await UploadClassesAsync();
        var requests = new RecordedRequests();

        await Store(requests).FetchAsync(CancellationToken);

        Assert.NotNull(ClassIndex.Find(_folder));
        Assert.Single(requests.Ranges);
    }

    [Fact]
    public async Task Models_that_are_there_start_without_a_class_index_that_cannot_be_fetched()
    {
        await UploadBothAsync();
        await Store().FetchAsync(CancellationToken);
        var stranger = new BlobContainerClient(
            _container.Uri, new Azure.Storage.StorageSharedKeyCredential("devstoreaccount1", Convert.ToBase64String(new byte[64])));

        await Store(container: stranger).FetchAsync(CancellationToken);

        Assert.Null(ClassIndex.Find(_folder));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_reported_at_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making a link takes a right of its own there.");
        await UploadBothAsync();

        // A link to itself: the error that even root gets. A read-only disk and a full one come the same way.
        string file = Path.Combine(_folder, "fetch.lock");
        File.CreateSymbolicLink(file, file);
        long start = Stopwatch.GetTimestamp();

        string refused = await RefusalAsync(Store(limit: TimeSpan.FromSeconds(20)));

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains($"The models cannot be written to '{_folder}'", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fetch_beyond_its_limit_and_one_that_is_refused_say_what_to_do()
    {
        await UploadBothAsync();
        using (File.Open(Path.Combine(_folder, "fetch.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Contains("within 1 s", await RefusalAsync(Store(limit: TimeSpan.FromSeconds(1))), StringComparison.Ordinal);
        }

        var stranger = new BlobContainerClient(
            _container.Uri, new Azure.Storage.StorageSharedKeyCredential("devstoreaccount1", Convert.ToBase64String(new byte[64])));
        string refused = await RefusalAsync(Store(container: stranger));

        Assert.Contains("refuses access (403", refused, StringComparison.Ordinal);
        Assert.Contains("'Storage Blob Data Reader'", refused, StringComparison.Ordinal);
    }

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task<string> RefusalAsync(ModelStore store) =>
        (await Assert.ThrowsAsync<ModelStoreException>(() => store.FetchAsync(CancellationToken))).Message;

    private async Task UploadBothAsync()
    {
        await PublishedModels.UploadAsync(_container, "vgg16", Vgg16, Content);
        await PublishedModels.UploadAsync(_container, "resnet50", ResNet50, Content);
    }

    private Task UploadClassesAsync() =>
        _container.GetBlobClient(ClassIndex.FileName).UploadAsync(BinaryData.FromString("""{"0":["n1","vase"]}"""), CancellationToken);

    private ModelStore Store(
        RecordedRequests? requests = null, string vgg16 = Vgg16, TimeSpan? limit = null, BlobContainerClient? container = null)
    {
        var client = new BlobClientOptions();
        client.AddPolicy(requests ?? new RecordedRequests(), HttpPipelinePosition.PerRetry);
        var options =
            new ModelOptions { Folder = _folder, ContainerUri = _container.Uri, Versions = { ["vgg16"] = vgg16, ["resnet50"] = ResNet50 } };
        return new ModelStore(
            ModelCatalogue.Default(),
            options,
            container ?? new BlobContainerClient(pipeline.Azurite.ConnectionString, _container.Name, client),
            NullLogger<ModelStore>.Instance)
        {
            Limit = limit ?? TimeSpan.FromMinutes(2),
        };
    }

    private InstalledModel? Find(string key, string version) =>
        InstalledModel.Find(ModelCatalogue.Default().Models.Single(model => model.Key == key), Path.Combine(_folder, $"{key}-{version}"));

    private void AssertNothingOf(string key, string version)
    {
        string folder = Path.Combine(_folder, $"{key}-{version}");
        Assert.Empty(Directory.Exists(folder) ? Directory.GetFiles(folder) : []);
    }

    /// <summary>The requests to storage.</summary>
    private sealed class RecordedRequests : HttpPipelinePolicy
    {
        private int _manifests;

        public ConcurrentQueue<string> Ranges { get; } = [];

        public int Manifests => _manifests;

        public Action<int>? OnRange { get; init; }

        public Action<string>? OnPath { get; init; }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            Ranges.Enqueue(message.Request.Headers.TryGetValue("x-ms-range", out string? range) ? range! : "");
            OnPath?.Invoke(message.Request.Uri.Path);
            if (message.Request.Uri.Path.EndsWith(".manifest.json", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _manifests);
            }

            if (range is not null)
            {
                OnRange?.Invoke(Ranges.Count(known => known.Length > 0));
            }

            return ProcessNextAsync(message, pipeline);
        }
    }
}
