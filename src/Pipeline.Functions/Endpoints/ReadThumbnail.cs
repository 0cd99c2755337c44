using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Primitives;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Storage.Thumbnails;

namespace Pipeline.Functions.Endpoints;

public sealed class ReadThumbnail(ThumbnailSource thumbnails)
{
    /// <summary>A small JPEG of a stored image.</summary>
    [Operation("Images")]
    [Cached]
    [ReadsImages]
    [Query("size", "The longer side in pixels; a smaller image keeps its size.", Type = typeof(int), Default = 256, Values = [256, 512])]
    [Responds(200, "The thumbnail.", Media = ["image/jpeg"])]
    [Function(nameof(ReadThumbnail))]
    public async Task<Results<FileContentHttpResult, StatusCodeHttpResult>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "thumbnails/{*name}")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        int side = SideOf(request.Query);
        var name = StoredName.FromPath(request, "GET /api/thumbnails/NAME");
        foreach (string spelling in name.Spellings)
        {
            if (await thumbnails.FindAsync(
                spelling, side, etag => CacheHeaders.IsKnown(request, etag), cancellationToken) is { } thumbnail)
            {
                CacheHeaders.WriteTo(request.HttpContext.Response, thumbnail.ETag);
                return thumbnail.Jpeg is { } jpeg
                    ? TypedResults.Bytes(jpeg, "image/jpeg")
                    : TypedResults.StatusCode(StatusCodes.Status304NotModified);
            }
        }

        throw Problems.UnknownImage(name.Written);
    }

    private static int SideOf(IQueryCollection query)
    {
        if (!query.TryGetValue("size", out StringValues text))
        {
            return ThumbnailId.Sides[0];
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int side) && ThumbnailId.Sides.Contains(side)
            ? side
            : throw Problems.InvalidParameter(
                $"size={text} is not allowed: size is {string.Join(" or ", ThumbnailId.Sides)}, the longer side in pixels, or left out " +
                $"for {ThumbnailId.Sides[0]}.");
    }
}
