using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Search.Saved;

namespace Pipeline.Functions.Triggers;

/// <param name="models">The models.</param>
/// <param name="saving">Null where embeddings are in a database, which needs no index.</param>
public sealed class SaveIndexes(ServedModels models, IndexSaving? saving = null)
{
    /// <summary>Every six hours, from 00:30 UTC: the indexes are saved for instances that start.</summary>
    [Function(nameof(SaveIndexes))]
    public async Task RunAsync([TimerTrigger("0 30 */6 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        if (saving is null)
        {
            return;
        }

        foreach (InstalledModel model in (await models.GetAsync(cancellationToken)).Serving)
        {
            await saving.RunAsync(model, cancellationToken);
        }
    }
}
