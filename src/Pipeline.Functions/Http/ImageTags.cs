using Microsoft.AspNetCore.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Search.Tags;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Functions.Http;

/// <summary>The tags of a stored image at <c>/api/images/{name}/tags</c>.</summary>
/// <remarks>
/// No route has anything behind a name that may hold slashes, so the functions of <c>/api/images/{name}</c> take these requests, too. What ends
/// with <c>/tags</c> is always about tags; an image whose own name ends so is addressed with <c>%2F</c> for that slash.
/// </remarks>
public sealed class ImageTags(ImagesContainer images, TagTable table, TagIndex index)
{
    private const string Ending = "/tags";
    private const string Example = "{\"tags\": [\"beach\", \"summer 2026\"]}";

    /// <summary>Whether a request is about an image's tags, and not about the image.</summary>
    internal static bool AreMeantBy(HttpRequest request) =>
        request.RouteValues["name"] is string name && name.EndsWith(Ending, StringComparison.Ordinal);

    /// <summary>The tags of a stored image.</summary>
    [Operation("Tags", Id = "GetImageTags", Route = "GET images/{name}/tags")]
    [Problems(ProblemTypes.UnknownImage)]
    internal async Task<TagsResponse> FindAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ImageId id = await FindImageAsync(request, cancellationToken);
        return new TagsResponse((await table.FindAsync(id.Key, cancellationToken))?.Tags ?? []);
    }

    /// <summary>Replaces the tags of a stored image by those in the body.</summary>
    [Operation("Tags", Id = "ReplaceImageTags", Route = "PUT images/{name}/tags")]
    [JsonBody(typeof(TagsRequest))]
    [Problems(ProblemTypes.UnknownImage, ProblemTypes.InvalidTag)]
    internal async Task<TagsResponse> ReplaceAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> replacing = await ReadAsync(request, cancellationToken);
        return await ChangeAsync(request, _ => replacing, cancellationToken);
    }

    /// <summary>Removes the tags of a stored image: all, or those that <c>tag</c> names.</summary>
    [Operation("Tags", Id = "RemoveImageTags", Route = "DELETE images/{name}/tags")]
    [TagQuery("Only these are removed.")]
    [Problems(ProblemTypes.UnknownImage)]
    internal Task<TagsResponse> RemoveAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> removed = QueryParameters.Tags(request.Query);
        return ChangeAsync(request, tags => removed.Count == 0 ? [] : [.. tags.Except(removed)], cancellationToken);
    }

    private async Task<TagsResponse> ChangeAsync(
        HttpRequest request, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, CancellationToken cancellationToken)
    {
        ImageId id = await FindImageAsync(request, cancellationToken);
        TaggedImage changed = await table.ChangeAsync(id, row => row with { Tags = change(row.Tags) }, cancellationToken);
        index.NoteChange();
        return new TagsResponse(changed.Tags);
    }

    private async Task<ImageId> FindImageAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var name = StoredName.FromPath(request, $"{request.Method} /api/images/NAME/tags", Ending);
        foreach (string spelling in name.Spellings)
        {
            if (await images.FindFactsAsync(spelling, cancellationToken) is not null)
            {
                return new ImageId(images.Name, spelling);
            }
        }

        throw Problems.UnknownImage(name.Written);
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        TagsRequest body = await JsonBody.ReadAsync<TagsRequest>(request, Example, cancellationToken);
        return body.Tags is { } tags && !tags.Contains(null)
            ? TagList.Parse(tags)
            : throw Problems.MalformedBody("Its property 'tags' is missing or has a null.", Example);
    }
}
