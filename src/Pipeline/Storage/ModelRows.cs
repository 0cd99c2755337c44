namespace Pipeline.Storage;

/// <summary>The rows of all tables, by the version of a model that they belong to, also of versions that run no more.</summary>
/// <param name="tables">The storage account's tables.</param>
internal sealed class ModelRows(PipelineTables tables)
{
    /// <summary>The versions that have embeddings: one call for each.</summary>
    public async Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(CancellationToken cancellationToken)
    {
        var versions = new List<ModelVersion>();
        string from = "";
        while (await tables.Embeddings.FindPartitionAsync(from, cancellationToken).ConfigureAwait(false) is { } partition)
        {
            ModelVersion? version = PartitionKeys.VersionOf(partition);
            if (version is not null)
            {
                versions.Add(version);
            }

            // Greater than all partitions of this version, and not greater than any of another: "." follows "-". What is not this app's
            // may be left out with what begins like it.
            from = version is not null ? $"{version}." : $"{partition}!";
        }

        return versions;
    }

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
        for (int bucket = 0; bucket < PartitionKeys.Buckets; bucket++)
        {
            cleared += await tables.Embeddings
                .ClearAsync(PartitionKeys.Bucket(version, bucket), most - cleared, cancellationToken).ConfigureAwait(false);
        }

        return cleared;
    }
}
