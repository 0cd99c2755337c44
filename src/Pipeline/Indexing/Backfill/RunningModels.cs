using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>
/// The blob <c>models.json</c>, in which the app notes at its start which versions of its models run. A command that has the account and
/// nothing else learns from it which rows to look for.
/// </summary>
/// <param name="container">The container of the app's own state.</param>
internal sealed class RunningModels(BlobContainerClient container)
{
    private const string Name = "models.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private readonly BlobClient _blob = container.GetBlobClient(Name);

    /// <summary>The versions that the app noted; null where no app ran with this account yet.</summary>
    /// <exception cref="InvalidDataException">The note cannot be read.</exception>
    public async Task<IReadOnlyList<ModelVersion>?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult downloaded = await _blob.DownloadContentAsync(cancellationToken).ConfigureAwait(false);
            return downloaded.Content.ToObjectFromJson<ModelVersion[]>(Options) is { Length: > 0 } versions
                && versions.All(version => version is { Key.Length: > 0, Fingerprint.Length: > 0 })
                ? versions
                : throw Unreadable(null);
        }
        catch (RequestFailedException missing) when (
            missing.ErrorCode == BlobErrorCode.BlobNotFound || missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return null;
        }
        catch (JsonException exception)
        {
            throw Unreadable(exception);
        }
    }

    /// <summary>Notes the versions that run.</summary>
    public async Task WriteAsync(IReadOnlyList<ModelVersion> versions, CancellationToken cancellationToken)
    {
        var content = BinaryData.FromObjectAsJson(versions, Options);
        try
        {
            await _blob.UploadAsync(content, overwrite: true, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // It is there in Azure, where the identity may have no right to make one.
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            await _blob.UploadAsync(content, overwrite: true, cancellationToken).ConfigureAwait(false);
        }
    }

    private InvalidDataException Unreadable(Exception? cause) => new(
        $"The blob '{Name}' in the container '{container.Name}' does not say which models run. Restart the app: it writes it anew.", cause);
}
