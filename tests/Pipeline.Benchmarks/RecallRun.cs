using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli;
using Pipeline.Evaluation;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Benchmarks;

/// <summary>
/// Whether codes find what comparing all vectors finds: embeddings of photographs and of 19 altered copies of each by the trained ResNet-18,
/// repeated with noise up to a number of images.
/// </summary>
internal static class RecallRun
{
    private const int Top = 10;
    private const int Queries = 100;

    // The length of the noise beside the embedding's, which is 1: a cosine of 0.98 with the original, as a good JPEG copy has.
    private const float Noise = 0.2f;

    /// <param name="folder">The photographs.</param>
    /// <param name="sizes">Numbers of images.</param>
    public static async Task RunAsync(string folder, IReadOnlyList<int> sizes)
    {
        List<float[]> photographs = await EmbedAsync(folder);
        Console.WriteLine($"{photographs.Count} embeddings of photographs and their copies");
        foreach (int size in sizes)
        {
            Measure(photographs, size);
        }
    }

    private static void Measure(List<float[]> photographs, int images)
    {
        var changes = new IndexChanges(
            IndexSnapshot.Empty(new VectorStore(long.MaxValue / 2, Path.GetTempPath())), photographs[0].Length);
        Parallel.For(0, images, i =>
        {
            EmbeddingRecord record = Record(i, Noisy(photographs[i % photographs.Count], new Random(i)));
            changes.Put(record.Id.Key, record, null);
        });
        IndexSnapshot index = changes.ToSnapshot(0);
        int same = 0;
        double[] coded = new double[Queries];
        double[] exact = new double[Queries];
        for (int i = 0; i < Queries; i++)
        {
            // Another noise than any stored image has.
            float[] query = Noisy(photographs[i * 7919 % photographs.Count], new Random(-1 - i));
            long start = Stopwatch.GetTimestamp();
            Match[] found = SegmentSearch.Search(index, query, Top, SearchFilter.None).Nearest;
            coded[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            Match[] true10 = SegmentSearch.Search(index, query, Top, SearchFilter.None, codedFrom: int.MaxValue).Nearest;
            exact[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            same += found.Select(match => match.Image.Id.Key).Intersect(true10.Select(match => match.Image.Id.Key)).Count();
        }

        Array.Sort(coded);
        Array.Sort(exact);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{images} images: recall@{Top} {(double)same / (Queries * Top):0.0000} ({Queries} queries); " +
            $"codes {coded[Queries / 2]:0.0} ms, slowest {coded[^1]:0.0} ms; all vectors {exact[Queries / 2]:0.0} ms"));
    }

    private static async Task<List<float[]>> EmbedAsync(string folder)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ImagesStorage"] = "UseDevelopmentStorage=true",
                ["Models:Folder"] = SourceTree.Find().Models,
                ["Models:Enabled"] = "resnet18",
            })
            .Build();
        await using ServiceProvider services = new ServiceCollection().AddLogging().AddPipeline(configuration).BuildServiceProvider();
        var embedder = services.GetRequiredService<QueryEmbedder>();
        IReadOnlyList<InstalledModel> models = services.GetRequiredService<ModelSessions>().Models;
        var embeddings = new List<float[]>();
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            RgbImage photograph;
            try
            {
                photograph = await CopySource.DecodeAsync(
                    services.GetRequiredService<ImageDecoder>(), await File.ReadAllBytesAsync(file), CancellationToken.None);
            }
            catch (InvalidImageException refused)
            {
                Console.Error.WriteLine($"{file} is left out: {refused.Message}");
                continue;
            }

            foreach (CopyVariant variant in CopyVariant.All.Prepend(new CopyVariant("itself", image => image)))
            {
                QueryImage embedded = await embedder.EmbedAsync(CopySource.Encode(photograph, variant), models, CancellationToken.None);
                embeddings.Add(embedded.Embeddings[0].Embedding.Values.ToArray());
            }
        }

        return embeddings;
    }

    // As a ReLU leaves it: no value below 0.
    private static float[] Noisy(float[] embedding, Random random)
    {
        float[] values = new float[embedding.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        }

        TensorPrimitives.Multiply(values, Noise / TensorPrimitives.Norm<float>(values), values);
        TensorPrimitives.Add(values, embedding, values);
        TensorPrimitives.Max(values, 0f, values);
        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return values;
    }

    private static EmbeddingRecord Record(int number, float[] values)
    {
        var id = new ImageId(ImagesContainer.DefaultName, CodedImages.NameOf(number));
        return new EmbeddingRecord(id, "\"0x1\"", id.Key, 224, 224, DateTimeOffset.UnixEpoch, new Embedding(values, 1));
    }
}
