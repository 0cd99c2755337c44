using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Embeddings;

namespace Pipeline.Functions;

public sealed class EmbedWithVgg16(ImageIndexer indexer)
{
    [Function(nameof(EmbedWithVgg16))]
    public Task RunAsync(
        [BlobTrigger("images/{name}", Connection = "ImagesStorage", Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        CancellationToken cancellationToken) => indexer.IndexAsync("vgg16", blob.Name, cancellationToken);
}
