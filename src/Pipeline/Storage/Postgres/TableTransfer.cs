using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pipeline.Storage.Postgres;

/// <summary>What a transfer did.</summary>
/// <param name="Rows">Rows of the table <c>Embeddings</c>.</param>
/// <param name="Copied">Those that the database lacked, or had of another version of the image.</param>
/// <param name="Unreadable">Those that are no embeddings, and were left out.</param>
internal sealed record TransferReport(int Rows, int Copied, int Unreadable);

/// <summary>What a comparison found.</summary>
/// <param name="Rows">Rows of the table <c>Embeddings</c>.</param>
/// <param name="Stored">Rows of the database.</param>
/// <param name="Missing">Images that only the table has.</param>
/// <param name="Different">Images of which the two have different versions.</param>
/// <param name="Added">Images that only the database has, as once the app writes there.</param>
/// <param name="Compared">How many vectors were compared, value by value.</param>
/// <param name="Unequal">How many of these differ.</param>
internal sealed record TransferCheck(int Rows, int Stored, int Missing, int Different, int Added, int Compared, int Unequal)
{
    /// <summary>Whether the database has all that the table has.</summary>
    public bool IsComplete => Missing == 0 && Different == 0 && Unequal == 0;
}

/// <summary>Copies a version's embeddings from the table into the database. It may be ended and begun again at any time.</summary>
internal sealed class TableTransfer(EmbeddingTable table, PostgresDatabase database)
{
    // Keys are hashes, so the first are as good a sample as any.
    private const int SampleSize = 200;

    private const int Readers = 16;

    private readonly PostgresEmbeddings _embeddings = new(database);

    /// <summary>Copies what the database lacks, and indexes it.</summary>
    /// <param name="version">The version of the model.</param>
    /// <param name="progress">Takes the part of the keys that was gone through, 0 to 1, and how many rows were copied.</param>
    /// <param name="cancellationToken">Ends it early; what was copied stays, and the next run goes on from there.</param>
    public async Task<TransferReport> FillAsync(
        ModelVersion version, Action<double, int> progress, CancellationToken cancellationToken)
    {
        var report = new TransferReport(0, 0, 0);
        PostgresCopy? copy = null;
        int? dimensions = null;
        IAsyncEnumerable<string[]> batches = CompareAsync(version, cancellationToken)
            .Where(pair => pair.Row is not null)
            .Select(pair =>
            {
                report = report with { Rows = report.Rows + 1 };
                return pair;
            })
            .Where(pair => !IsSame(pair.Row, pair.Stored))
            .Select(pair => pair.Row!.Key)
            .Chunk(PostgresCopy.BatchSize);
        await foreach (string[] keys in batches.ConfigureAwait(false))
        {
            EmbeddingRecord?[] read = await ReadAsync(version, dimensions, keys, cancellationToken).ConfigureAwait(false);
            dimensions ??= read.OfType<EmbeddingRecord>().FirstOrDefault()?.Embedding.Values.Length;
            EmbeddingRecord[] records = [.. read.OfType<EmbeddingRecord>().Where(record => record.Embedding.Values.Length == dimensions)];
            if (records.Length > 0)
            {
                copy ??= new PostgresCopy(database, new PostgresTable(version, dimensions!.Value));
                await copy.WriteAsync(records, cancellationToken).ConfigureAwait(false);
            }

            report = report with
            {
                Copied = report.Copied + records.Length,
                Unreadable = report.Unreadable + keys.Length - records.Length,
            };
            progress(int.Parse(keys[^1].AsSpan(0, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 65536.0, report.Copied);
        }

        // Also where an earlier run copied the last row and was ended before this.
        if (copy is null && await FindDimensionsAsync(version, cancellationToken).ConfigureAwait(false) is { } known)
        {
            copy = new PostgresCopy(database, new PostgresTable(version, known));
        }

        if (copy is not null)
        {
            await copy.FinishAsync(cancellationToken).ConfigureAwait(false);
        }

        return report;
    }

    /// <summary>Compares all keys and versions, and some vectors; changes nothing.</summary>
    public async Task<TransferCheck> VerifyAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var check = new TransferCheck(0, 0, 0, 0, 0, 0, 0);
        var sample = new List<string>();
        await foreach ((ListedRow? row, ListedRow? stored) in CompareAsync(version, cancellationToken).ConfigureAwait(false))
        {
            bool isSame = IsSame(row, stored);
            check = check with
            {
                Rows = check.Rows + (row is null ? 0 : 1),
                Stored = check.Stored + (stored is null ? 0 : 1),
                Missing = check.Missing + (stored is null ? 1 : 0),
                Added = check.Added + (row is null ? 1 : 0),
                Different = check.Different + (row is null || stored is null || isSame ? 0 : 1),
            };
            if (isSame && sample.Count < SampleSize)
            {
                sample.Add(row!.Key);
            }
        }

        if (sample.Count == 0 || await FindDimensionsAsync(version, cancellationToken).ConfigureAwait(false) is not { } dimensions)
        {
            return check;
        }

        EmbeddingRecord?[] expected = await ReadAsync(version, dimensions, sample, cancellationToken).ConfigureAwait(false);
        Dictionary<string, EmbeddingRecord> found = (await new PostgresCopy(database, new PostgresTable(version, dimensions))
            .ReadAsync(sample, cancellationToken).ConfigureAwait(false)).ToDictionary(record => record.Id.Key, StringComparer.Ordinal);
        int equal = expected.OfType<EmbeddingRecord>().Count(record => found.TryGetValue(record.Id.Key, out EmbeddingRecord? stored)
            && stored.Embedding.Norm.Equals(record.Embedding.Norm)
            && stored.Embedding.Values.Span.SequenceEqual(record.Embedding.Values.Span));
        return check with { Compared = sample.Count, Unequal = sample.Count - equal };
    }

    /// <summary>The rows of both, in the order of their keys.</summary>
    private async IAsyncEnumerable<(ListedRow? Row, ListedRow? Stored)> CompareAsync(
        ModelVersion version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<ListedRow> rows = table.ListAsync(version, KeyRange.All, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (rows.ConfigureAwait(false))
        {
            ListedRow? row = await NextAsync(rows).ConfigureAwait(false);
            await foreach (ListedRow stored in _embeddings.ListAsync(version, KeyRange.All, cancellationToken).ConfigureAwait(false))
            {
                for (; row is not null && string.CompareOrdinal(row.Key, stored.Key) < 0; row = await NextAsync(rows).ConfigureAwait(false))
                {
                    yield return (row, null);
                }

                if (row?.Key == stored.Key)
                {
                    yield return (row, stored);
                    row = await NextAsync(rows).ConfigureAwait(false);
                }
                else
                {
                    yield return (null, stored);
                }
            }

            for (; row is not null; row = await NextAsync(rows).ConfigureAwait(false))
            {
                yield return (row, null);
            }
        }
    }

    private async Task<EmbeddingRecord?[]> ReadAsync(
        ModelVersion version, int? dimensions, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var records = new EmbeddingRecord?[keys.Count];
        var readers = new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, keys.Count, readers, async (i, stop) =>
        {
            EmbeddingRow? row = await table.FindRowAsync(version, dimensions, keys[i], stop).ConfigureAwait(false);
            records[i] = row?.TryGetRecord(out EmbeddingRecord? record, out _) == true ? record : null;
        }).ConfigureAwait(false);
        return records;
    }

    private Task<int?> FindDimensionsAsync(ModelVersion version, CancellationToken cancellationToken) => database.CallAsync(
        async connection => (await connection.QueryAsync(
            "SELECT dimensions FROM pipeline_models WHERE key = $1 AND fingerprint = $2",
            row => (int?)row.GetInt32(0),
            cancellationToken,
            version.Key,
            version.Fingerprint).ConfigureAwait(false)) is [var found] ? found : null,
        cancellationToken);

    private static bool IsSame(ListedRow? row, ListedRow? stored) =>
        row is not null && stored is not null && row.ImageETag == stored.ImageETag;

    private static async ValueTask<ListedRow?> NextAsync(IAsyncEnumerator<ListedRow> rows) =>
        await rows.MoveNextAsync().ConfigureAwait(false) ? rows.Current : null;
}
