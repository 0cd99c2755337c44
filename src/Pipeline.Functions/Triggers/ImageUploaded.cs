using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing;

namespace Pipeline.Functions.Triggers;

/// <summary>
/// An image was uploaded or overwritten. Each model has its own function, so that one that fails is tried again without the others.
/// </summary>
public sealed class ImageUploaded(ImageIndexer indexer)
{
    private const string Path = "images/{name}";
    private const string Connection = "ImagesStorage";

    [Function("EmbedWithVgg16")]
    public Task EmbedWithVgg16Async(
        [BlobTrigger(Path, Connection = Connection, Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        CancellationToken cancellationToken) => indexer.IndexAsync("vgg16", blob.Name, cancellationToken);

    [Function("EmbedWithResNet50")]
    public Task EmbedWithResNet50Async(
        [BlobTrigger(Path, Connection = Connection, Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        CancellationToken cancellationToken) => indexer.IndexAsync("resnet50", blob.Name, cancellationToken);
}
