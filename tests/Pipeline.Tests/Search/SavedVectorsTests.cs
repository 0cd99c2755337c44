using System.Runtime.InteropServices;
using Pipeline.Search.Segments;

namespace Pipeline.Tests.Search;

/// <summary>Vectors that are in storage until they are needed.</summary>
public class SavedVectorsTests
{
    private const int Length = 2000;

    // 24 MB, more than half of what is kept at least.
    private const int Rows = 3000;

    private readonly float[][] _rows = [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Repeat((float)row, Length).ToArray())];
    private readonly List<(long Offset, int Length)> _reads = [];

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vectors_near_to_each_other_are_fetched_together_and_once(bool hasRoom)
    {
        SavedVectors vectors = Create(hasRoom);

        await vectors.FetchAsync([5, 3, 4, 5, 2000], CancellationToken);
        await vectors.FetchAsync([3, 4, 5, 2000], CancellationToken);

        Assert.Equal([(3L * Length * 4, 3 * Length * 4), (2000L * Length * 4, Length * 4)], _reads.Order());
        Assert.Equal(_rows[4], Read(vectors, 4));
        Assert.Equal(2, _reads.Count);
    }

    [Fact]
    public async Task What_the_disk_has_no_room_for_is_kept_in_memory_up_to_a_limit_and_read_again_beyond_it()
    {
        SavedVectors vectors = Create(hasRoom: false, memoryBytes: 0, rows: 2 * Rows);
        foreach (int[] some in Enumerable.Range(0, 2 * Rows).Chunk(400))
        {
            await vectors.FetchAsync(some, CancellationToken);
        }

        int fetched = _reads.Count;
        Assert.Equal(_rows[^1], Read(vectors, (2 * Rows) - 1));
        Assert.Equal(fetched, _reads.Count);
        Assert.Equal(_rows[0], Read(vectors, 0));
        Assert.Equal(_rows[1], Read(vectors, 1));
        Assert.Equal(fetched + 2, _reads.Count);
    }

    [Fact]
    public async Task All_are_fetched_only_where_the_disk_has_room()
    {
        SavedVectors without = Create(hasRoom: false);
        await without.FetchAllAsync(() => true);
        Assert.Empty(_reads);

        SavedVectors with = Create(hasRoom: true);
        await with.FetchAllAsync(() => true);
        Assert.Equal((long)Rows * Length * 4, _reads.Sum(read => (long)read.Length));
        Assert.All(_reads, read => Assert.True(read.Length <= 4 * 1024 * 1024));
    }

    private SavedVectors Create(bool hasRoom, long memoryBytes = 0, int rows = Rows) => new(
        (offset, bytes, _) =>
        {
            lock (_reads)
            {
                _reads.Add((offset, bytes.Length));
            }

            Span<float> values = MemoryMarshal.Cast<byte, float>(bytes.Span);
            for (int i = 0; i < values.Length / Length; i++)
            {
                _rows[((offset / Length / 4) + i) % Rows].CopyTo(values[(i * Length)..]);
            }

            return Task.CompletedTask;
        },
        Length,
        [.. Enumerable.Range(0, rows).Select(row => SavedVectors.Checksum(MemoryMarshal.AsBytes(_rows[row % Rows].AsSpan())))],
        new VectorStore(memoryBytes, Path.GetTempPath()),
        hasRoom);

    private static float[] Read(SavedVectors vectors, int row)
    {
        float[] vector = new float[Length];
        vectors.Read(row, vector);
        return vector;
    }
}
