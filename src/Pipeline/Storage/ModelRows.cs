namespace Pipeline.Storage;

/// <summary>The rows of all tables, by the version of a model that they belong to, also of versions that run no more.</summary>
/// <param name="tables">The storage account's tables.</param>
/// <param name="embeddings">Where the embeddings are: in one of these tables, or in a database.</param>
internal sealed class ModelRows(PipelineTables tables, IEmbeddings embeddings)
{
    /// <summary>The versions that have embeddings.</summary>
    public Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(CancellationToken cancellationToken) =>
        embeddings.ListVersionsAsync(cancellationToken);

    /// <summary>Deletes what is stored of a version that runs no more.</summary>
    /// <param name="version">The version.</param>
    /// <param name="most">How many rows at most.</param>
    /// <param name="cancellationToken">Ends it early; what was deleted stays deleted.</param>
    /// <returns>How many rows were deleted: fewer than <paramref name="most"/> means that none is left.</returns>
    public async Task<int> ClearAsync(ModelVersion version, int most, CancellationToken cancellationToken)
    {
        string partition = PartitionKeys.Model(version);
        int cleared = await tables.Failures.ClearAsync(partition, most, cancellationToken).ConfigureAwait(false);
        cleared += await tables.Changes.ClearAsync(partition, most - cleared, cancellationToken).ConfigureAwait(false);

        // Last, so that a version of which anything is left is still found by its embeddings.
        return cleared + await embeddings.ClearAsync(version, most - cleared, cancellationToken).ConfigureAwait(false);
    }
}
