using Microsoft.Extensions.Logging;
using Pipeline.Indexing.Versions;
using Pipeline.Models;

namespace Pipeline.Indexing.Backfill;

/// <summary>Indexes the images that messages of the queue <c>image-backfill</c> name.</summary>
public sealed partial class BackfillWorker(ImageIndexer indexer, ServedModels models, ILogger<BackfillWorker> logger) : IDisposable
{
    // The host takes up to 24 messages at once, and each would hold its image of up to 20 MB while it waits for a processor. As many as
    // host.json allows to blob functions: four keep two cores busy.
    private const int MostAtOnce = 4;

    private readonly SemaphoreSlim _turns = new(MostAtOnce);

    /// <summary>
    /// Makes a model's record of an image match the image as it is now, and so that of the version before it while that responds. An image
    /// that is refused is done: the reason is recorded, and no other attempt would find another.
    /// </summary>
    /// <param name="message">As <see cref="BackfillMessage.Read(string)"/> takes it.</param>
    /// <param name="cancellationToken">Ends the work early; the next attempt completes it.</param>
    /// <exception cref="InvalidDataException">The message is malformed, or names a model that is not installed or a name that no image can
    /// have.</exception>
    public async Task RunAsync(string message, CancellationToken cancellationToken)
    {
        BackfillMessage image = BackfillMessage.Read(message);
        IReadOnlyList<InstalledModel> indexed = (await models.GetAsync(cancellationToken).ConfigureAwait(false)).Indexed;
        InstalledModel[] versions = [.. indexed.Where(model => model.Key == image.Model)];
        if (versions.Length == 0)
        {
            throw new InvalidDataException(
                $"A message asks for the model '{image.Model}', which is not installed here; installed are " +
                $"{string.Join(", ", indexed.Select(model => model.Key).Distinct())}. ./pipeline backfill asks for the models that run.");
        }

        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (InstalledModel model in versions)
            {
                await IndexAsync(model, image.Name, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task IndexAsync(InstalledModel model, string name, CancellationToken cancellationToken)
    {
        try
        {
            await indexer.IndexAsync(model, name, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageRejectedException rejected)
        {
            LogRefused(name, model.Key, rejected.Rejection.Detail);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: refused by {Model}: {Reason}")]
    private partial void LogRefused(string name, string model, string reason);
}
