using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.Http;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>Pages through the stored images with their state by each model.</summary>
public sealed class ImageList(BlobContainerClient images, ModelSessions sessions, SimilaritySearch search, FailureTable failures)
{
    private const int PageSize = 100;
    private const int MaxTokenLength = 4096;

    // The host's Blobs extension takes slashes off both ends of a name before it looks for the blob, and then finds none or another.
    private const string SlashReason =
        "The name begins or ends with a slash, and the Functions host hands no such image to the app. Store it under another name.";

    public async Task<IResult> PageAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        string? prefix = request.Query["prefix"];
        string? token = request.Query["continue"];
        if (prefix?.Length > ImageId.MaxNameLength || token?.Length > MaxTokenLength)
        {
            return Problems.InvalidParameter(
                $"prefix takes at most {ImageId.MaxNameLength} characters, and continue only what an earlier answer gave under that name.");
        }

        Page<BlobItem>? page = null;
        try
        {
            await foreach (Page<BlobItem> first in images
                .GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellationToken)
                .AsPages(string.IsNullOrEmpty(token) ? null : token, PageSize))
            {
                page = first;
                break;
            }
        }
        catch (RequestFailedException failed) when (failed.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return TypedResults.Ok(new ImagesAnswer([], null));
        }
        catch (RequestFailedException failed) when (failed.Status == StatusCodes.Status400BadRequest)
        {
            return Problems.InvalidParameter("continue takes only what an earlier answer gave under that name.");
        }

        var listed = new ListedImage[page?.Values.Count ?? 0];
        await Parallel.ForAsync(0, listed.Length, cancellationToken, async (i, stop) =>
        {
            BlobItem blob = page!.Values[i];
            var states = new Dictionary<string, ImageState>(StringComparer.Ordinal);
            foreach (InstalledModel model in sessions.Models)
            {
                states[model.Key] = await StateAsync(model, blob, stop);
            }

            listed[i] = new ListedImage(blob.Name, blob.Properties.ContentLength ?? 0, blob.Properties.LastModified, states);
        });
        return TypedResults.Ok(new ImagesAnswer(listed, string.IsNullOrEmpty(page?.ContinuationToken) ? null : page.ContinuationToken));
    }

    private async Task<ImageState> StateAsync(InstalledModel model, BlobItem blob, CancellationToken cancellationToken)
    {
        var id = new ImageId(images.Name, blob.Name);

        // A listing writes the ETag without the quotes that every other answer has.
        string etag = blob.Properties.ETag is { } listed ? listed.ToString("H") : "";
        if (await search.FindAsync(model.Key, id, cancellationToken) is { } record && record.ImageETag.Trim('"') == etag.Trim('"'))
        {
            return new ImageState("indexed", null, record.EmbeddedAt);
        }

        return await failures.FindAsync(model, id, etag, cancellationToken) is { } failure
            ? new ImageState("failed", failure.Reason, failure.FailedAt)
            : blob.Name.StartsWith('/') || blob.Name.EndsWith('/')
                ? new ImageState("failed", SlashReason, null)
                : new ImageState("pending", null, null);
    }
}

/// <summary>A page of images; Continue is null on the last one.</summary>
internal sealed record ImagesAnswer(IReadOnlyList<ListedImage> Images, string? Continue);

/// <summary>A stored image and its state by each model.</summary>
internal sealed record ListedImage(string Name, long Bytes, DateTimeOffset? LastModified, IReadOnlyDictionary<string, ImageState> Models);

/// <summary>State is indexed, pending or failed; Reason is set for a failed one.</summary>
internal sealed record ImageState(string State, string? Reason, DateTimeOffset? At);
