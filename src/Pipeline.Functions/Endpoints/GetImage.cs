using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Storage;

namespace Pipeline.Functions.Endpoints;

public sealed class GetImage(ImagesContainer images, ImageStates states, ImageTags tags)
{
    /// <summary>A stored image's state by each model, and its tags; with <c>/tags</c> behind the name only these.</summary>
    [Function(nameof(GetImage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "images/{*name}")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        if (ImageTags.AreMeantBy(request))
        {
            return TypedResults.Ok(await tags.FindAsync(request, cancellationToken));
        }

        var name = StoredName.FromPath(request, "GET /api/images/NAME");
        foreach (string spelling in name.Spellings)
        {
            if (await images.FindFactsAsync(spelling, cancellationToken) is { } blob)
            {
                return TypedResults.Ok((await states.DescribeAsync([blob], cancellationToken))[0]);
            }
        }

        throw Problems.UnknownImage(name.Written);
    }
}
