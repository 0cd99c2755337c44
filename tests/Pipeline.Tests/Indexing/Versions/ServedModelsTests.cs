using Azure;
using CsCheck;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Models.Store;
using Pipeline.Storage;
using Pipeline.Tests.Indexing.Backfill;

namespace Pipeline.Tests.Indexing.Versions;

/// <summary>Which version of a model responds while a new one is filled.</summary>
public sealed class ServedModelsTests : IDisposable
{
    private static readonly InstalledModel Next = new(
        ModelCatalogue.Default().Models[0], new Fingerprint("222222222222"), WeightsOrigin.ImageNet, Precision.Float32, true, "next.onnx");

    private static readonly InstalledModel Other = Next with
    {
        Definition = ModelCatalogue.Default().Models[1], Fingerprint = new Fingerprint("333333333333"),
    };

    private static readonly ModelVersion Earlier = new(Next.Key, "111111111111");

    private readonly BackfillStorage _storage = new();
    private readonly RecordedLog<PreviousModels> _previousLog = new();
    private readonly RecordedLog<ServedModels> _log = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-served-").FullName;

    public ServedModelsTests()
    {
        string kept = Directory.CreateDirectory(Path.Combine(_folder, ModelManifest.PreviousFolder)).FullName;
        File.WriteAllBytes(ModelManifest.ModelPathOf(kept, Next.Key), [1]);
        new ModelManifest(
            ModelManifest.CurrentFormat, Next.Key, WeightsOrigin.Untrained, "00", Precision.Float32, true, Earlier.Fingerprint, 1, "00")
            .Write(kept);
    }

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    private RunningModels Note => new(_storage.State);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_that_replaced_no_version_responds_itself_and_storage_is_not_asked()
    {
        _storage.Tables.Embeddings.Before = _ => throw new RequestFailedException(503, "asked");
        _storage.State.Blob("models.json").BeforeRead = () => throw new RequestFailedException(503, "asked");
        ServedModels served = Served(Other);

        ModelsInUse inUse = await served.GetAsync(CancellationToken);

        Assert.Equal([Other], inUse.Serving);
        Assert.Equal([Other], inUse.Indexed);
    }

    [Fact]
    public async Task The_version_before_responds_and_is_indexed_after_the_new_one_until_the_new_one_has_all_its_images()
    {
        Fill(Earlier, 40);
        Fill(ModelVersion.Of(Next), 39);
        ServedModels served = Served(Next, Other);

        ModelsInUse filling = await served.GetAsync(CancellationToken);
        _storage.PutRow(ModelVersion.Of(Next), "39.jpg", "1");
        ModelsInUse soon = await served.GetAsync(CancellationToken);
        _storage.Time.Advance(ServedModels.Interval);
        ModelsInUse complete = await served.GetAsync(CancellationToken);

        Assert.Equal([Earlier, ModelVersion.Of(Other)], filling.Serving.Select(ModelVersion.Of));
        Assert.Equal([ModelVersion.Of(Next), ModelVersion.Of(Other), Earlier], filling.Indexed.Select(ModelVersion.Of));
        Assert.Same(filling, soon);
        Assert.Equal([Next, Other], complete.Serving);
        Assert.Equal([Next, Other], complete.Indexed);
        Assert.Equal([ModelVersion.Of(Next)], await Note.FindCompleteAsync(CancellationToken));
    }

    [Fact]
    public async Task An_image_that_the_new_version_refused_is_not_waited_for()
    {
        Fill(Earlier, 3);
        Fill(ModelVersion.Of(Next), 2);
        _storage.PutFailure(ModelVersion.Of(Next), "2.jpg", "1");

        Assert.Equal([Next], (await Served(Next).GetAsync(CancellationToken)).Serving);
    }

    [Fact]
    public async Task What_one_instance_noted_as_complete_counts_for_others_whatever_is_stored_by_then()
    {
        Fill(Earlier, 3);
        Fill(ModelVersion.Of(Next), 3);
        await Served(Next).GetAsync(CancellationToken);

        // An upload that the new version has not embedded yet takes nothing back.
        _storage.PutRow(Earlier, "late.jpg", "1");

        Assert.Equal([Next], (await Served(Next).GetAsync(CancellationToken)).Serving);
    }

    [Fact]
    public async Task A_version_before_that_has_no_images_is_not_waited_for_and_its_file_not_looked_at()
    {
        File.Delete(ModelManifest.ModelPathOf(Path.Combine(_folder, ModelManifest.PreviousFolder), Next.Key));

        Assert.Equal([Next], (await Served(Next).GetAsync(CancellationToken)).Serving);
        Assert.Empty(_previousLog.Entries);
    }

    [Fact]
    public async Task Where_the_file_of_the_version_before_is_gone_the_new_one_responds_and_the_log_says_why()
    {
        Fill(Earlier, 3);
        File.Delete(ModelManifest.ModelPathOf(Path.Combine(_folder, ModelManifest.PreviousFolder), Next.Key));

        ModelsInUse inUse = await Served(Next).GetAsync(CancellationToken);

        Assert.Equal([Next], inUse.Serving);
        Assert.Equal([Next], inUse.Indexed);
        Assert.Contains("111111111111 of vgg16 cannot be used", Assert.Single(_previousLog.Entries).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_is_away_is_an_error_at_first_and_later_what_was_known_stays()
    {
        Fill(Earlier, 2);
        ServedModels served = Served(Next);
        _storage.Tables.Embeddings.Before = _ => throw new RequestFailedException(503, "away");
        await Assert.ThrowsAsync<RequestFailedException>(() => served.GetAsync(CancellationToken).AsTask());
        _storage.Tables.Embeddings.Before = _ => Task.CompletedTask;

        ModelsInUse known = await served.GetAsync(CancellationToken);
        _storage.Tables.Embeddings.Before = _ => throw new RequestFailedException(503, "away");
        _storage.Time.Advance(ServedModels.Interval);
        ModelsInUse away = await served.GetAsync(CancellationToken);

        Assert.Equal([Earlier], known.Serving.Select(ModelVersion.Of));
        Assert.Same(known, away);
        Assert.Equal(2, _log.Entries.Count(entry => entry.Message.Contains("could not be read", StringComparison.Ordinal)));
    }

    [Fact]
    public void Who_goes_back_to_an_earlier_version_has_it_compared_anew()
    {
        DateTimeOffset now = _storage.Time.GetUtcNow();
        ModelVersion next = ModelVersion.Of(Next);
        RunningNote forward = RunningNote.Empty.Started([next], [Earlier], now);
        RunningNote complete = forward.Completed(next);
        RunningNote restarted = complete.Started([next], [Earlier], now);
        RunningNote back = restarted.Started([Earlier], [next], now);

        Assert.Equal([next, Earlier], forward.Running);
        Assert.Equal([next], complete.Running);
        Assert.Equal([next], restarted.Running);
        Assert.Equal([next], restarted.Complete);
        Assert.Equal([Earlier, next], back.Running);
        Assert.Empty(back.Complete);
    }

    [Fact]
    public void Coverage_is_that_no_key_is_missing_whatever_the_sets()
    {
        Gen.Select(Gen.Int[0, 40].HashSet[0, 30], Gen.Int[0, 40].HashSet[0, 40], Gen.Int[0, 40].HashSet[0, 10]).Sample(
            (before, embedded, refused) =>
            {
                var storage = new BackfillStorage();
                ModelVersion next = ModelVersion.Of(Next);
                Put(before, name => storage.PutRow(Earlier, name, "1"));
                Put(embedded, name => storage.PutRow(next, name, "2"));
                Put(refused, name => storage.PutFailure(next, name, "2"));
                return CoverageOf(storage).IsCompleteAsync(next, Earlier, CancellationToken).GetAwaiter().GetResult()
                    == before.IsSubsetOf(embedded.Concat(refused));
            },
            iter: 300);
    }

    private static VersionCoverage CoverageOf(BackfillStorage storage)
    {
        var tables = new PipelineTables(storage.Tables);
        return new VersionCoverage(new EmbeddingTable(tables), new FailureTable(tables));
    }

    private static void Put(IEnumerable<int> numbers, Action<string> put)
    {
        foreach (int number in numbers)
        {
            put($"{number}.jpg");
        }
    }

    private ServedModels Served(params InstalledModel[] models) => new(
        models,
        new PreviousModels(models, new ModelOptions { Folder = _folder }, null, _previousLog),
        Note,
        CoverageOf(_storage),
        _storage.Time,
        _log);

    private void Fill(ModelVersion version, int images) =>
        Put(Enumerable.Range(0, images), name => _storage.PutRow(version, name, "1"));
}
