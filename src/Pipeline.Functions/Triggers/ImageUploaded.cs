using System.Runtime.ExceptionServices;
using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing;
using Pipeline.Indexing.Versions;
using Pipeline.Models;

namespace Pipeline.Functions.Triggers;

/// <summary>
/// An image was uploaded or overwritten. VGG16 and ResNet50 have a function each, so that one that fails is tried again without the other;
/// all other models share one. A function whose models are not enabled does nothing. A model's version before embeds the image, too, while
/// it responds to queries.
/// </summary>
public sealed class ImageUploaded(ImageIndexer indexer, ServedModels models)
{
    private const string Path = "images/{name}";
    private const string Connection = "ImagesStorage";
    private const string Vgg16 = "vgg16";
    private const string ResNet50 = "resnet50";

    [Function("EmbedWithVgg16")]
    public Task EmbedWithVgg16Async(
        [BlobTrigger(Path, Connection = Connection, Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        CancellationToken cancellationToken) => EmbedAsync(model => model == Vgg16, blob, cancellationToken);

    [Function("EmbedWithResNet50")]
    public Task EmbedWithResNet50Async(
        [BlobTrigger(Path, Connection = Connection, Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        CancellationToken cancellationToken) => EmbedAsync(model => model == ResNet50, blob, cancellationToken);

    /// <summary>
    /// Embeds with each model in turn, whatever becomes of the others. A retry finds the rows of those that succeeded, and embeds with the
    /// others only.
    /// </summary>
    [Function("EmbedWithAdditional")]
    public Task EmbedWithAdditionalAsync(
        [BlobTrigger(Path, Connection = Connection, Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        CancellationToken cancellationToken) => EmbedAsync(model => model is not (Vgg16 or ResNet50), blob, cancellationToken);

    private async Task EmbedAsync(Predicate<string> selected, BlobClient blob, CancellationToken cancellationToken)
    {
        List<Exception> failures = [];
        ModelsInUse inUse = await models.GetAsync(cancellationToken);
        foreach (InstalledModel model in inUse.Indexed.Where(model => selected(model.Key)))
        {
            try
            {
                await indexer.IndexAsync(model, blob.Name, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                failures.Add(exception);
            }
        }

        if (failures.Count == 1)
        {
            ExceptionDispatchInfo.Throw(failures[0]);
        }
        else if (failures.Count > 1)
        {
            throw new AggregateException(failures);
        }
    }
}
