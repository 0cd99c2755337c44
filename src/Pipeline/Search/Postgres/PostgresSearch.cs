using Pipeline.Diagnostics;
using Pipeline.Models;
using Pipeline.Search.Segments;
using Pipeline.Storage;
using Pipeline.Storage.Postgres;

namespace Pipeline.Search.Postgres;

/// <summary>Finds similar images in the database. Nothing is kept in memory, so what is written is found by the next query.</summary>
internal sealed class PostgresSearch(PostgresDatabase database, IEmbeddings embeddings) : ISimilaritySearch
{
    /// <inheritdoc/>
    public Task<EmbeddingRecord?> FindAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken) =>
        embeddings.FindAsync(model, id.Key, cancellationToken);

    /// <inheritdoc/>
    public async Task<IndexedImage?> FindImageAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken) =>
        await FindAsync(model, id, cancellationToken).ConfigureAwait(false) is { } record ? IndexedImage.Of(record) : null;

    /// <inheritdoc/>
    public async Task<SimilarityResult> FindSimilarAsync(
        IReadOnlyList<ModelEmbedding> queries,
        IReadOnlyList<InstalledModel> serving,
        int top,
        float minCosine,
        SearchFilter filter,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        int depth = StandardisedFusion.DepthOf(top);
        ScanResult[] scans = await Task.WhenAll(
            queries.Select(query => ScanAsync(query, depth, filter, minCosine, null, cancellationToken))).ConfigureAwait(false);
        IReadOnlyList<InstalledModel> voting = FusionVotes.Of(serving);
        (ModelEmbedding Query, ScanResult Scan)[] voters = [.. queries.Zip(scans).Where(pair => voting.Contains(pair.First.Model))];
        string[] ranked = [.. voters.SelectMany(voter => voter.Scan.Nearest).Select(match => match.Image.Id.Key).Distinct()];
        ModelVote[] votes = await Task.WhenAll(
            voters.Select(voter => VoteAsync(voter.Query, voter.Scan, ranked, cancellationToken))).ConfigureAwait(false);
        return new SimilarityResult(
            [.. queries.Select((query, i) => ModelRanking.Of(query.Model, scans[i], top))], StandardisedFusion.Fuse(votes, top));
    }

    /// <inheritdoc/>
    public async Task<ModelRanking> ContinueAsync(
        ModelEmbedding query, int top, float minCosine, SearchFilter filter, SearchPosition after, CancellationToken cancellationToken)
    {
        // As deep as the first page, so that of the same images the same candidates are ranked.
        ScanResult scan = await ScanAsync(query, StandardisedFusion.DepthOf(top), filter, minCosine, after, cancellationToken)
            .ConfigureAwait(false);
        return ModelRanking.Of(query.Model, scan, top);
    }

    /// <inheritdoc/>
    public async Task<IndexState> FindStateAsync(InstalledModel model, CancellationToken cancellationToken)
    {
        PostgresTable table = PostgresEmbeddings.TableOf(model);
        int count = await database.CallAsync(
            table, connection => new PostgresScan(connection, table).CountAsync(SearchFilter.None, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

        // The database refuses rows that could not be read, and each query asks it.
        return new IndexState(count, Skipped: 0, Age: TimeSpan.Zero);
    }

    private async Task<ScanResult> ScanAsync(
        ModelEmbedding query,
        int depth,
        SearchFilter filter,
        float minCosine,
        SearchPosition? after,
        CancellationToken cancellationToken)
    {
        using Step.Run run = Telemetry.Scan.Start("model", query.Model.Key);
        PostgresTable table = PostgresEmbeddings.TableOf(query.Model);
        return await database.CallAsync(
            table,
            connection => new PostgresScan(connection, table).FindAsync(
                query.Embedding.Values, depth, filter, minCosine, after, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A model's vote, with the cosines of the images that only other models ranked.</summary>
    private async Task<ModelVote> VoteAsync(
        ModelEmbedding query, ScanResult scan, IReadOnlyList<string> ranked, CancellationToken cancellationToken)
    {
        var cosines = scan.Nearest.ToDictionary(match => match.Image.Id.Key, match => match.Cosine, StringComparer.Ordinal);
        string[] others = [.. ranked.Where(key => !cosines.ContainsKey(key))];
        if (others.Length > 0)
        {
            PostgresTable table = PostgresEmbeddings.TableOf(query.Model);
            IReadOnlyDictionary<string, float> read = await database.CallAsync(
                table,
                connection => new PostgresScan(connection, table).FindCosinesAsync(query.Embedding.Values, others, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            foreach ((string key, float cosine) in read)
            {
                cosines.Add(key, cosine);
            }
        }

        return new ModelVote(query.Model, scan.Nearest, scan.Spread, key => cosines.TryGetValue(key, out float cosine) ? cosine : null);
    }
}
