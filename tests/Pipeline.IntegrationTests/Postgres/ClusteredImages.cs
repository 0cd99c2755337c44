using System.Globalization;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Postgres;
using Pipeline.Search.Segments;
using Pipeline.Storage;
using Pipeline.Storage.Postgres;

namespace Pipeline.IntegrationTests.Postgres;

/// <summary>Clustered vectors like those of a pooled layer, in a database of their own and in memory.</summary>
public sealed class ClusteredImages(EmptyDatabase empty) : IAsyncLifetime
{
    /// <summary>More than are compared all.</summary>
    public const int Count = 5000;

    /// <summary>How many of the images another model has.</summary>
    public const int Others = 1000;

    /// <summary>How many images a model of thousands of dimensions has.</summary>
    public const int WideCount = 4200;

    private const int Clusters = 250;

    private static readonly InstalledModel Model = TestModel.Of(256);
    private static readonly InstalledModel Other = TestModel.Of(64, number: 1);

    private readonly Dictionary<InstalledModel, IndexSnapshot> _memory = [];
    private readonly Dictionary<int, float[]> _wide = [];
    private PGlite _server = null!;
    private PostgresDatabase _database = null!;

    /// <summary>The names of all images.</summary>
    public static IEnumerable<string> Names => Enumerable.Range(0, Count).Select(NameOf);

    internal InstalledModel Wide { get; } = TestModel.Of(4096) with { Fingerprint = new Fingerprint("ffffffffffff") };

    internal ISimilaritySearch Search { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await empty.StartServerAsync();
        _database = _server.Open();
        Search = new PostgresSearch(_database, new PostgresEmbeddings(_database));
        await FillAsync(Model, Count, i => Vector(i, 256));
        await FillAsync(Other, Others, i => Vector(i, 64));
        await FillAsync(Wide, WideCount, WideVector);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>How often the index of a model's vectors has been read.</summary>
    internal Task<long> CountIndexScansAsync(InstalledModel model) => _database.CallAsync(
        async connection =>
        {
            await connection.ExecuteAsync("SELECT pg_stat_force_next_flush()", CancellationToken.None);
            return (await connection.QueryAsync(
                "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = $1",
                row => row.GetInt64(0),
                CancellationToken.None,
                PostgresEmbeddings.TableOf(model).IndexName))[0];
        },
        CancellationToken.None);

    internal ModelEmbedding Query(int i) => new(Model, new Embedding(Vector(1_000_000 + i, 256), 1));

    internal ModelEmbedding OtherQuery(int i) => new(Other, new Embedding(Vector(1_000_000 + i, 64), 1));

    /// <summary>A vector as of VGG16, of which about a third is not 0.</summary>
    internal float[] WideVector(int i) => _wide.TryGetValue(i, out float[]? known) ? known : _wide[i] = Clustered(
        i, 4096, (centre, noise) => Math.Max(0, centre + (0.7f * noise) - 0.5f));

    /// <summary>The search in memory.</summary>
    internal ScanResult Scan(ModelEmbedding query, int top, SearchFilter filter) =>
        SegmentSearch.Search(_memory[query.Model], query.Embedding.Values, top, filter);

    internal float? FindCosine(ModelEmbedding query, string key) => _memory[query.Model].CosineOf(key, query.Embedding.Values.Span);

    internal float CosineOf(ModelEmbedding query, string name) => FindCosine(query, TestModel.Id(name).Key)!.Value;

    private async Task FillAsync(InstalledModel model, int count, Func<int, float[]> vector)
    {
        var memory = new IndexChanges(IndexSnapshot.Empty(new VectorStore(1_000_000_000, Path.GetTempPath())), vector(0).Length);
        var copy = new PostgresCopy(_database, PostgresEmbeddings.TableOf(model));
        foreach (int[] batch in Enumerable.Range(0, count).Chunk(PostgresCopy.BatchSize))
        {
            EmbeddingRecord[] records = [.. batch.Select(i => TestModel.Record(model == Wide ? $"{i}.jpg" : NameOf(i), $"{i}", vector(i)))];
            await copy.WriteAsync(records, CancellationToken.None);
            foreach (EmbeddingRecord record in records)
            {
                memory.Put(record.Id.Key, record, null);
            }
        }

        await copy.FinishAsync(CancellationToken.None);
        _memory[model] = memory.ToSnapshot(0);
    }

    private static string NameOf(int i) => string.Create(
        CultureInfo.InvariantCulture, $"{(i == 1234 ? "rare/" : i % 50 == 7 ? "some/" : i % 10 == 3 ? "" : "most/")}{i}.jpg");

    private static float[] Vector(int i, int length) => Clustered(i, length, (centre, noise) => Math.Abs(centre + (0.4f * noise)));

    private static float[] Clustered(int i, int length, Func<float, float, float> value)
    {
        var centre = new Random(i % Clusters);
        var noise = new Random(i + 1_000);
        float[] values = [.. Enumerable.Range(0, length).Select(_ => value(Gaussian(centre), Gaussian(noise)))];
        float norm = MathF.Sqrt(values.Sum(x => x * x));
        return [.. values.Select(x => x / norm)];
    }

    private static float Gaussian(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
