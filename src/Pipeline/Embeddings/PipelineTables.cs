using Azure.Data.Tables;

namespace Pipeline.Embeddings;

/// <summary>The tables of the storage account, each created on first use: storage may come up after the app.</summary>
/// <param name="service">The account's tables.</param>
public sealed class PipelineTables(TableServiceClient service)
{
    private readonly CreatedTable _embeddings = new(service.GetTableClient("Embeddings"));
    private readonly CreatedTable _changes = new(service.GetTableClient("Changes"));
    private readonly CreatedTable _failures = new(service.GetTableClient("Failures"));

    internal Task<TableClient> EmbeddingsAsync(CancellationToken cancellationToken) => _embeddings.GetAsync(cancellationToken);

    internal Task<TableClient> ChangesAsync(CancellationToken cancellationToken) => _changes.GetAsync(cancellationToken);

    internal Task<TableClient> FailuresAsync(CancellationToken cancellationToken) => _failures.GetAsync(cancellationToken);

    /// <summary>The failures without making their table.</summary>
    internal TableClient FailuresAsTheyAre => _failures.Table;

    private sealed class CreatedTable(TableClient table)
    {
        private volatile bool _created;

        public TableClient Table => table;

        public async Task<TableClient> GetAsync(CancellationToken cancellationToken)
        {
            // Two first callers may both ask; creating is idempotent, so no lock is worth having.
            if (!_created)
            {
                await table.CreateIfNotExistsAsync(cancellationToken).ConfigureAwait(false);
                _created = true;
            }

            return table;
        }
    }
}
