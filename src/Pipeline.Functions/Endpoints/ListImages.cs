using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Functions.Endpoints;

public sealed class ListImages(
    BlobContainerClient images, ModelSessions sessions, ISimilaritySearch search, FailureTable failures, ImageLinks links)
{
    private const int PageSize = 100;
    private const int MaxTokenLength = 4096;

    // The host's Blobs extension takes slashes off both ends of a name before it looks for the blob, and then finds none or another.
    private const string SlashReason =
        "The name begins or ends with a slash, and the Functions host reports no such image to the app. Run ./pipeline backfill, or " +
        "store it under another name.";

    /// <summary>The stored images by pages, and their state by each model.</summary>
    [Function(nameof(ListImages))]
    public async Task<Ok<ImagesResponse>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "images")] HttpRequest request)
    {
        string? prefix = request.Query["prefix"];
        string? token = request.Query["continue"];
        if (prefix?.Length > ImageId.MaxNameLength || token?.Length > MaxTokenLength)
        {
            throw Problems.InvalidParameter(
                $"prefix takes at most {ImageId.MaxNameLength} characters, and continue only what an earlier answer gave under that name.");
        }

        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        if (await ReadPageAsync(prefix, token, cancellationToken) is not { } page)
        {
            return TypedResults.Ok(new ImagesResponse([], null));
        }

        ImageUrls urls = await links.FindAsync(cancellationToken);
        var listed = new ListedImage[page.Values.Count];
        await Parallel.ForAsync(0, listed.Length, cancellationToken, async (i, stop) =>
        {
            BlobItem blob = page.Values[i];
            var states = new Dictionary<string, ImageState>(StringComparer.Ordinal);
            foreach (InstalledModel model in sessions.Models)
            {
                states[model.Key] = await StateAsync(model, blob, stop);
            }

            listed[i] = new ListedImage(
                blob.Name,
                blob.Properties.ContentLength ?? 0,
                blob.Properties.LastModified,
                states,
                urls.ContentOf(blob.Name),
                ImageUrls.ThumbnailOf(blob.Name));
        });
        return TypedResults.Ok(new ImagesResponse(listed, string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken));
    }

    /// <returns>Null where nothing was ever stored.</returns>
    private async Task<Page<BlobItem>?> ReadPageAsync(string? prefix, string? token, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (Page<BlobItem> page in images
                .GetBlobsAsync(new GetBlobsOptions { Prefix = prefix, Traits = BlobTraits.CopyStatus }, cancellationToken)
                .AsPages(string.IsNullOrEmpty(token) ? null : token, PageSize))
            {
                return page;
            }

            return null;
        }
        catch (RequestFailedException failed) when (failed.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return null;
        }
        catch (RequestFailedException failed) when (failed.Status == StatusCodes.Status400BadRequest)
        {
            throw Problems.InvalidParameter("continue takes only what an earlier answer gave under that name.");
        }
    }

    private async Task<ImageState> StateAsync(InstalledModel model, BlobItem blob, CancellationToken cancellationToken)
    {
        var id = new ImageId(images.Name, blob.Name);

        // A listing writes the ETag without the quotes that every other answer has.
        string etag = blob.Properties.ETag is { } listed ? listed.ToString("H") : "";
        if (await search.FindImageAsync(model, id, cancellationToken) is { } indexed && indexed.ImageETag.Trim('"') == etag.Trim('"'))
        {
            return new ImageState(IndexingState.Indexed, null, indexed.EmbeddedAt);
        }

        if (await failures.FindAsync(model, id, etag, cancellationToken) is { } failure)
        {
            return new ImageState(IndexingState.Failed, failure.Reason, failure.FailedAt);
        }

        return blob.Name.StartsWith('/') || blob.Name.EndsWith('/')
            ? new ImageState(IndexingState.Failed, SlashReason, null)
            : new ImageState(IndexingState.Pending, PendingReason(blob.Properties), null);
    }

    /// <summary>Why no event may come of a blob; null where one will.</summary>
    private static string? PendingReason(BlobItemProperties blob) => blob switch
    {
        { CopyStatus: CopyStatus.Pending } => StoredImage.CopyReason,
        { BlobType: BlobType.Append or BlobType.Page } =>
            $"This is {(blob.BlobType == BlobType.Append ? "an append" : "a page")} blob, and storage reports only that one was created, " +
            "not what is written to it. If it stays pending, upload the image as a block blob.",
        _ => null,
    };
}
