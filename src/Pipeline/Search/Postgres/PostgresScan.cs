using System.Globalization;
using System.Text.Json;
using Npgsql;
using Pipeline.Search.Segments;
using Pipeline.Storage.Postgres;

namespace Pipeline.Search.Postgres;

/// <summary>
/// The nearest images of a table by their exact cosines. Few are compared all; among many the index says which can be near, and those are
/// compared.
/// </summary>
/// <param name="connection">To the database.</param>
/// <param name="table">What is searched.</param>
internal sealed class PostgresScan(NpgsqlConnection connection, PostgresTable table)
{
    /// <summary>
    /// So many images are compared all: as fast as by the index, and their spread is then known exactly (docs/scaling.md).
    /// </summary>
    public const int ExactLimit = 4000;

    /// <summary>
    /// So many entries of the index are looked at for one search at most. Where a filter would need more to fill a list, all that pass it
    /// are compared instead.
    /// </summary>
    public const int MostScanned = 100_000;

    // Keys are hashes, so the first are as good a sample as any: the mean of so many is within a thirtieth of the deviation.
    private const int SampleSize = 1000;

    // pgvector's most for hnsw.ef_search.
    private const int MostCandidates = 1000;

    /// <summary>How many rows pass; beyond <see cref="ExactLimit"/> it is the planner's estimate.</summary>
    /// <param name="filter">Which images; the one that it excludes counts.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async Task<int> CountAsync(SearchFilter filter, CancellationToken cancellationToken)
    {
        var sql = new SearchSql();
        string count = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT count(*) FROM (SELECT FROM {table.Name} WHERE {sql.PassesButExcluded(filter)} LIMIT {ExactLimit + 1}) AS counted");
        long counted = (await connection.QueryAsync(count, row => row.GetInt64(0), cancellationToken, sql.Values).ConfigureAwait(false))[0];
        return counted <= ExactLimit
            ? (int)counted
            : Math.Max((int)counted, await EstimateAsync(filter, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Searches.</summary>
    /// <param name="query">float[d], L2 norm 1.</param>
    /// <param name="depth">How many at most; of equal cosines the names that sort first.</param>
    /// <param name="filter">Which images.</param>
    /// <param name="minCosine">Nearer than this only.</param>
    /// <param name="after">Only results behind this; null for all.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async Task<ScanResult> FindAsync(
        ReadOnlyMemory<float> query,
        int depth,
        SearchFilter filter,
        float minCosine,
        SearchPosition? after,
        CancellationToken cancellationToken)
    {
        int images = await CountAsync(filter, cancellationToken).ConfigureAwait(false);
        int candidates = Math.Min(MostCandidates, (table.IsBinary ? 4 : 2) * depth);
        ScanResult found = images <= ExactLimit || await IsTooRareAsync(images, candidates, filter, cancellationToken).ConfigureAwait(false)
            ? await FindExactlyAsync(query, depth, filter, minCosine, after, cancellationToken).ConfigureAwait(false)
            : await FindByIndexAsync(query, depth, candidates, filter, minCosine, after, cancellationToken).ConfigureAwait(false);
        return found with { Images = images };
    }

    /// <summary>The cosines of some images, by their keys; those that the table lacks are not among them.</summary>
    public async Task<IReadOnlyDictionary<string, float>> FindCosinesAsync(
        ReadOnlyMemory<float> query, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var sql = new SearchSql();
        string cosine = SearchSql.CosineWith(sql.Add(query));
        string asked = sql.Add(PostgresRows.KeysOf(keys));
        IReadOnlyList<KeyValuePair<string, float>> found = await connection.QueryAsync(
            $"SELECT key, {cosine} FROM {table.Name} WHERE key = ANY({asked})",
            row => KeyValuePair.Create(Convert.ToHexStringLower(row.GetFieldValue<byte[]>(0)), row.GetFloat(1)),
            cancellationToken,
            sql.Values).ConfigureAwait(false);
        return new Dictionary<string, float>(found, StringComparer.Ordinal);
    }

    private async Task<bool> IsTooRareAsync(int images, int candidates, SearchFilter filter, CancellationToken cancellationToken) =>
        (filter.Prefix.Length > 0 || filter.Tagged is not null)
        && (long)candidates * await EstimateAsync(SearchFilter.None, cancellationToken).ConfigureAwait(false) > (long)MostScanned * images;

    private async Task<ScanResult> FindExactlyAsync(
        ReadOnlyMemory<float> query,
        int depth,
        SearchFilter filter,
        float minCosine,
        SearchPosition? after,
        CancellationToken cancellationToken)
    {
        var sql = new SearchSql();
        string cosine = SearchSql.CosineWith(sql.Add(query));
        string text = string.Create(CultureInfo.InvariantCulture, $"""
            WITH scored AS MATERIALIZED (
                SELECT key, name, {cosine} AS cosine FROM {table.Name} WHERE {sql.Passes(filter)}
            ), nearest AS (
                SELECT key, cosine FROM scored WHERE {sql.LiesBehind(minCosine, after)} ORDER BY cosine DESC, name LIMIT {depth}
            )
            SELECT sums.*, images.*
            FROM ({Sums("scored")}) AS sums
            LEFT JOIN (SELECT cosine, {PostgresTable.Columns} FROM nearest JOIN {table.Name} USING (key)) AS images ON true
            ORDER BY images.cosine DESC, images.name
            """);
        IReadOnlyList<(CosineSums Sums, Match? Match)> rows = await connection.QueryAsync(
            text, row => (ReadSums(row), row.IsDBNull(3) ? (Match?)null : ReadMatch(row, 3)), cancellationToken, sql.Values)
            .ConfigureAwait(false);
        return new ScanResult([.. rows.Select(row => row.Match).OfType<Match>()], rows[0].Sums.Spread, rows[0].Sums.Count);
    }

    private async Task<ScanResult> FindByIndexAsync(
        ReadOnlyMemory<float> query,
        int depth,
        int candidates,
        SearchFilter filter,
        float minCosine,
        SearchPosition? after,
        CancellationToken cancellationToken)
    {
        // The settings are those of this transaction. The planner takes reading and sorting all vectors for cheaper than it is, because it
        // does not know that they are stored outside of their rows.
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await connection.ExecuteAsync(
                """
                SELECT set_config('enable_seqscan', 'off', true), set_config('hnsw.ef_search', $1, true),
                    set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.max_scan_tuples', $2, true),
                    set_config('hnsw.scan_mem_multiplier', '16', true)
                """,
                cancellationToken,
                candidates.ToString(CultureInfo.InvariantCulture),
                MostScanned.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            Match[] nearest = await FindNearestAsync(query, depth, candidates, filter, minCosine, after, cancellationToken)
                .ConfigureAwait(false);
            CosineSums sample = await SampleAsync(query, filter, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return new ScanResult(nearest, sample.Spread, sample.Count);
        }
    }

    private async Task<Match[]> FindNearestAsync(
        ReadOnlyMemory<float> query,
        int depth,
        int candidates,
        SearchFilter filter,
        float minCosine,
        SearchPosition? after,
        CancellationToken cancellationToken)
    {
        var sql = new SearchSql();
        string vector = sql.Add(query);
        string text = string.Create(CultureInfo.InvariantCulture, $"""
            WITH nearest AS MATERIALIZED (
                SELECT exact.cosine, {PostgresTable.Columns}
                FROM {table.Name}, LATERAL (SELECT {SearchSql.CosineWith(vector)} AS cosine) AS exact
                WHERE {sql.Passes(filter)} AND {sql.LiesBehind(minCosine, after)}
                ORDER BY {table.NearestTo(vector)} LIMIT {candidates}
            )
            SELECT * FROM nearest ORDER BY cosine DESC, name LIMIT {depth}
            """);
        return [.. await connection.QueryAsync(text, row => ReadMatch(row, 0), cancellationToken, sql.Values).ConfigureAwait(false)];
    }

    private async Task<CosineSums> SampleAsync(ReadOnlyMemory<float> query, SearchFilter filter, CancellationToken cancellationToken)
    {
        var sql = new SearchSql();
        string cosine = SearchSql.CosineWith(sql.Add(query));
        string sample = string.Create(
            CultureInfo.InvariantCulture,
            $"(SELECT {cosine} AS cosine FROM {table.Name} WHERE {sql.Passes(filter)} ORDER BY key LIMIT {SampleSize}) AS sampled");
        return (await connection.QueryAsync(Sums(sample), ReadSums, cancellationToken, sql.Values).ConfigureAwait(false))[0];
    }

    private async Task<int> EstimateAsync(SearchFilter filter, CancellationToken cancellationToken)
    {
        var sql = new SearchSql();
        string plan = (await connection.QueryAsync(
            $"EXPLAIN (FORMAT JSON) SELECT FROM {table.Name} WHERE {sql.IndexedBeginsWith(filter.Prefix)}",
            row => row.GetString(0),
            cancellationToken,
            sql.Values).ConfigureAwait(false))[0];
        using var json = JsonDocument.Parse(plan);
        double rows = json.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
        return (int)Math.Min(rows, filter.Tagged?.Keys.Count ?? int.MaxValue);
    }

    private static string Sums(string from) =>
        $"SELECT count(*), coalesce(sum(cosine::float8), 0), coalesce(sum(cosine::float8 * cosine::float8), 0) FROM {from}";

    private static CosineSums ReadSums(NpgsqlDataReader row) => new((int)row.GetInt64(0), row.GetDouble(1), row.GetDouble(2));

    private static Match ReadMatch(NpgsqlDataReader row, int first) =>
        new(IndexedImage.Of(PostgresRows.Read(row, first + 1, default)), row.GetFloat(first));
}
