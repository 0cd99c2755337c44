using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Search.Tags;
using Pipeline.Storage;

namespace Pipeline.Functions.Endpoints;

public sealed class ListImages(BlobContainerClient container, ImagesContainer images, ImageStates states, TagIndex tags)
{
    private const int PageSize = 100;
    private const int MaxTokenLength = 4096;

    /// <summary>The stored images by pages in the order of their names, with their tags and their state by each model.</summary>
    [Operation("Images")]
    [PrefixQuery]
    [TagQuery]
    [ContinueQuery]
    [Function(nameof(ListImages))]
    public async Task<Ok<ImagesResponse>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "images")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        string prefix = QueryParameters.Prefix(request.Query);
        IReadOnlyList<string> tagged = QueryParameters.Tags(request.Query);
        string token = request.Query["continue"].ToString();
        if (token.Length > MaxTokenLength)
        {
            throw WrongToken();
        }

        (IReadOnlyList<BlobFacts> blobs, string? next) = tagged.Count == 0
            ? await ReadPageAsync(prefix, token, cancellationToken)
            : await FindTaggedAsync(tagged, prefix, token, cancellationToken);
        return TypedResults.Ok(new ImagesResponse(await states.DescribeAsync(blobs, cancellationToken), next));
    }

    private async Task<(IReadOnlyList<BlobFacts> Blobs, string? Continue)> ReadPageAsync(
        string prefix, string token, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (Page<BlobItem> page in container
                .GetBlobsAsync(
                    new GetBlobsOptions { Prefix = prefix.Length == 0 ? null : prefix, Traits = BlobTraits.CopyStatus }, cancellationToken)
                .AsPages(token.Length == 0 ? null : token, PageSize))
            {
                string? next = page.ContinuationToken;
                return ([.. page.Values.Select(BlobFacts.Of)], string.IsNullOrEmpty(next) ? null : next);
            }
        }
        catch (RequestFailedException failed) when (failed.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing was ever stored.
        }
        catch (RequestFailedException failed) when (failed.Status == StatusCodes.Status400BadRequest)
        {
            throw WrongToken();
        }

        return ([], null);
    }

    /// <summary>A page of the images that have tags: the index of tags knows their names, so others are not listed to be left out.</summary>
    private async Task<(IReadOnlyList<BlobFacts> Blobs, string? Continue)> FindTaggedAsync(
        IReadOnlyList<string> tagged, string prefix, string token, CancellationToken cancellationToken)
    {
        string? after = null;
        if (token.Length > 0 && !NameToken.TryParse(token, out after))
        {
            throw WrongToken();
        }

        string[] names = [.. (await tags.GetAsync(cancellationToken)).NamesWithAll(tagged, prefix, after).Take(PageSize + 1)];
        var blobs = new BlobFacts?[Math.Min(names.Length, PageSize)];
        await Parallel.ForAsync(0, blobs.Length, cancellationToken, async (i, stop) =>
        {
            // One whose blob is gone is on its way out.
            blobs[i] = await images.FindFactsAsync(names[i], stop);
        });
        return ([.. blobs.OfType<BlobFacts>()], names.Length > PageSize ? NameToken.Of(names[PageSize - 1]) : null);
    }

    private static ApiProblemException WrongToken() =>
        Problems.InvalidParameter("continue takes only what an earlier response gave under that name, with the same prefix and tag.");
}
