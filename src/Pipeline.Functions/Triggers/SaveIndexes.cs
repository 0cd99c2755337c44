using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Search.Saved;
using Pipeline.Search.Tags;

namespace Pipeline.Functions.Triggers;

/// <param name="models">The models.</param>
/// <param name="tags">The tags, which are saved wherever embeddings are.</param>
/// <param name="saving">Null where embeddings are in a database, which needs no index.</param>
public sealed class SaveIndexes(ServedModels models, TagIndex tags, IndexSaving? saving = null)
{
    /// <summary>Every six hours, from 00:30 UTC: tags and indexes are saved for instances that start.</summary>
    [Function(nameof(SaveIndexes))]
    public async Task RunAsync([TimerTrigger("0 30 */6 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await tags.SaveAsync(cancellationToken);
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
