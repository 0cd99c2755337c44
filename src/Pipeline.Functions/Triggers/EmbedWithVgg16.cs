using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Indexing;

namespace Pipeline.Functions.Triggers;

public sealed class EmbedWithVgg16(ImageIndexer indexer)
{
    [Function(nameof(EmbedWithVgg16))]
    public Task RunAsync(
        [BlobTrigger("images/{name}", Connection = "ImagesStorage", Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        CancellationToken cancellationToken) => indexer.IndexAsync("vgg16", blob.Name, cancellationToken);
}
