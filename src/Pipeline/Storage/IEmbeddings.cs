using Pipeline.Models;

namespace Pipeline.Storage;

/// <summary>
/// The stored embeddings: one row for each version of a model and image. Every write is conditional on the row that was read before, so of
/// two racing writers the one with the older image loses. The table <c>Embeddings</c> is one of these, a PostgreSQL database the other.
/// </summary>
/// <remarks>
/// Safe to call from several threads. An outage (<see cref="StorageOutage"/>) is thrown; a lost race is an answer, not an error.
/// </remarks>
public interface IEmbeddings
{
    /// <summary>The version that is stored, or null where there is none.</summary>
    internal Task<RowVersion?> FindVersionAsync(InstalledModel model, ImageId id, CancellationToken cancellationToken);

    /// <summary>The stored record, or null where there is none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="InvalidDataException">The row cannot be read; the message says what it lacks.</exception>
    internal Task<EmbeddingRecord?> FindAsync(InstalledModel model, string key, CancellationToken cancellationToken);

    /// <summary>Writes the record unless the row changed since <paramref name="expected"/> was read.</summary>
    /// <param name="model">The model.</param>
    /// <param name="record">What to write.</param>
    /// <param name="expected">The version that was read before, null where there was none.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False where another writer came first; read again and decide anew.</returns>
    internal Task<bool> TryWriteAsync(
        InstalledModel model, EmbeddingRecord record, RowVersion? expected, CancellationToken cancellationToken);

    /// <summary>Removes the row unless it changed since <paramref name="expected"/> was read.</summary>
    /// <param name="model">The model.</param>
    /// <param name="key">The image's <see cref="ImageId.Key"/>.</param>
    /// <param name="expected">The version that was read before.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>False where another writer came first; read again and decide anew.</returns>
    internal Task<bool> TryRemoveAsync(InstalledModel model, string key, RowVersion expected, CancellationToken cancellationToken);

    /// <summary>
    /// The rows of a version in a range of keys, in the order of the keys, without their vectors. Makes no table, so it may be asked by one
    /// who may only read; where there is no table there are no rows.
    /// </summary>
    internal IAsyncEnumerable<ListedRow> ListAsync(ModelVersion version, KeyRange range, CancellationToken cancellationToken);

    /// <summary>The versions that have embeddings, also those that run no more.</summary>
    internal Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(CancellationToken cancellationToken);

    /// <summary>Deletes what is stored of a version that runs no more.</summary>
    /// <param name="version">The version.</param>
    /// <param name="most">How many rows at most, where rows are deleted one by one.</param>
    /// <param name="cancellationToken">Ends it early; what was deleted stays deleted.</param>
    /// <returns>How many rows were deleted: fewer than <paramref name="most"/> means that none is left.</returns>
    internal Task<int> ClearAsync(ModelVersion version, int most, CancellationToken cancellationToken);
}
