using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Storage;

namespace Pipeline.Functions.Endpoints;

public sealed class DeleteImage(ImagesContainer images, ImageTags tags)
{
    /// <summary>Deletes a stored image. Its embeddings and tags follow within seconds.</summary>
    /// <remarks>They do by the event of that. With <c>/tags</c> behind the name only its tags are removed.</remarks>
    [Operation("Images")]
    [Responds(204, "The image is deleted.")]
    [Problems(ProblemTypes.UnknownImage)]
    [Function(nameof(DeleteImage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "images/{*name}")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        if (ImageTags.AreMeantBy(request))
        {
            return TypedResults.Ok(await tags.RemoveAsync(request, cancellationToken));
        }

        var name = StoredName.FromPath(request, "DELETE /api/images/NAME");
        foreach (string spelling in name.Spellings)
        {
            if (images.TryGetBlob(spelling, out BlobClient? blob)
                && await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, null, cancellationToken))
            {
                return TypedResults.NoContent();
            }
        }

        throw Problems.UnknownImage(name.Written);
    }
}
