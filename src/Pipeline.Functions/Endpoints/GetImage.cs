using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Storage;

namespace Pipeline.Functions.Endpoints;

public sealed class GetImage(ImagesContainer images, ImageStates states, ImageTags tags)
{
    /// <summary>A stored image: its state by each model, and its tags.</summary>
    /// <remarks>With <c>/tags</c> behind the name only these.</remarks>
    [Operation("Images")]
    [Responds(200, "The image.", Json = typeof(ListedImage))]
    [Problems(ProblemTypes.UnknownImage)]
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
