using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing;

namespace Pipeline.Functions.Triggers;

public sealed class EmbedWithResNet50(ImageIndexer indexer)
{
    [Function(nameof(EmbedWithResNet50))]
    public Task RunAsync(
        [BlobTrigger("images/{name}", Connection = "ImagesStorage", Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        CancellationToken cancellationToken) => indexer.IndexAsync("resnet50", blob.Name, cancellationToken);
}
