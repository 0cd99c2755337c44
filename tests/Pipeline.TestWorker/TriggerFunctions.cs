using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Pipeline.TestWorker;

/// <summary>Functions that blobs, messages and a timer start; the tests read what they log.</summary>
public sealed class TriggerFunctions(ILogger<TriggerFunctions> logger, RunningCount running)
{
    [Function("SeeBlob")]
    public void SeeBlob([BlobTrigger("seen/{name}", Connection = "TestStorage", Source = BlobTriggerSource.EventGrid)] BlobClient blob) =>
        logger.LogInformation("Blob <{Name}> of {Container}", blob.Name, blob.BlobContainerName);

    /// <summary>Sees the same blobs.</summary>
    [Function("SeeBlobToo")]
    public void SeeBlobToo(
        [BlobTrigger("seen/{name}", Connection = "TestStorage", Source = BlobTriggerSource.EventGrid)] BlobClient blob) =>
        logger.LogInformation("Blob too <{Name}>", blob.Name);

    [Function("FailBlob")]
    public void FailBlob(
        [BlobTrigger("failing/{name}", Connection = "TestStorage", Source = BlobTriggerSource.EventGrid)] BlobClient blob) =>
        throw new InvalidDataException($"Cannot work with {blob.Name}.");

    [Function("SlowBlob")]
    public async Task SlowBlobAsync(
        [BlobTrigger("slow/{name}", Connection = "TestStorage", Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        CancellationToken cancellationToken)
    {
        logger.LogInformation("Slow <{Name}> begins, {Count} at once", blob.Name, running.Enter());
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
            logger.LogInformation("Slow <{Name}> ends", blob.Name);
        }
        finally
        {
            running.Leave();
        }
    }

    [Function("SeeMessage")]
    public void SeeMessage([QueueTrigger("messages", Connection = "TestStorage")] string message) =>
        logger.LogInformation("Message <{Text}>", message);

    [Function("FailMessage")]
    public void FailMessage([QueueTrigger("failing-messages", Connection = "TestStorage")] string message) =>
        throw new InvalidDataException($"Cannot work with {message}.");

    [Function("SeeDeletion")]
    public void SeeDeletion([QueueTrigger("image-deletions", Connection = "TestStorage")] string message) =>
        logger.LogInformation("Deletion {Event}", message);

    /// <summary>Once a year; the tests start it.</summary>
    [Function("Tick")]
    public void Tick([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) =>
        logger.LogInformation("Tick, past due: {PastDue}, next in {Year}", timer.IsPastDue, timer.ScheduleStatus?.Next.Year > 2000);
}
