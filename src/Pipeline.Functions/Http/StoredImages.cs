using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;
using Pipeline.Storage.Access;

namespace Pipeline.Functions.Http;

/// <summary>Finds the stored images that requests name.</summary>
public sealed class StoredImages(ImagesContainer images, ISimilaritySearch search, ImageDecoder decoder)
{
    /// <summary>What models have stored of an image, by the model's key; empty where none has anything.</summary>
    internal async Task<IReadOnlyDictionary<string, EmbeddingRecord>> FindRecordsAsync(
        StoredName name, IReadOnlyList<InstalledModel> models, CancellationToken cancellationToken)
    {
        var records = new Dictionary<string, EmbeddingRecord>(StringComparer.Ordinal);
        foreach (string spelling in name.Spellings)
        {
            var id = new ImageId(ImagesContainer.DefaultName, spelling);
            foreach (InstalledModel model in models)
            {
                if (await search.FindAsync(model, id, cancellationToken) is { } record)
                {
                    records[model.Key] = record;
                }
            }

            if (records.Count > 0)
            {
                break;
            }
        }

        return records;
    }

    /// <summary>Whether the container has an image of that name, indexed or not.</summary>
    internal async Task<bool> ExistsAsync(StoredName name, CancellationToken cancellationToken)
    {
        foreach (string spelling in name.Spellings)
        {
            if (images.TryGetBlob(spelling, out BlobClient? blob) && await blob.ExistsAsync(cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Begins to read an image, whatever its bytes are.</summary>
    /// <exception cref="ApiProblemException">There is none of that name.</exception>
    /// <exception cref="InvalidImageException">Storage does not hand it out.</exception>
    internal async Task<ImageContent> OpenAsync(StoredName name, CancellationToken cancellationToken)
    {
        foreach (string spelling in name.Spellings)
        {
            if (images.TryGetBlob(spelling, out BlobClient? blob)
                && await ImageContent.OpenAsync(blob, cancellationToken) is { } content)
            {
                return content;
            }
        }

        throw Problems.UnknownImage(name.Written);
    }

    /// <summary>Reads an image.</summary>
    /// <exception cref="ApiProblemException">There is none of that name.</exception>
    /// <exception cref="InvalidImageException">It is too large.</exception>
    internal async Task<DownloadedImage> DownloadAsync(StoredName name, CancellationToken cancellationToken)
    {
        foreach (string spelling in name.Spellings)
        {
            if (images.TryGetBlob(spelling, out BlobClient? blob)
                && await StoredImage.DownloadAsync(blob, decoder.Limits, knownETag: null, cancellationToken) is { } stored)
            {
                return stored.Rejection is { } rejection
                    ? throw new InvalidImageException(rejection, spelling)
                    : new DownloadedImage(spelling, stored.ImageETag, stored.Bytes);
            }
        }

        throw Problems.UnknownImage(name.Written);
    }
}

/// <summary>A stored image that was read.</summary>
/// <param name="Name">Its name in the container.</param>
/// <param name="ETag">Which version of it this is.</param>
/// <param name="Bytes">The bytes as they are stored.</param>
internal sealed record DownloadedImage(string Name, string ETag, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Its bytes, named for errors.</summary>
    public EncodedImage Encoded => new(Bytes, Name);
}

/// <summary>A stored image's name as a caller wrote it.</summary>
/// <param name="Written">As written, for errors.</param>
/// <param name="Spellings">The names that it may mean; the first that an image has counts.</param>
internal sealed record StoredName(string Written, IReadOnlyList<string> Spellings)
{
    /// <summary>The name at the end of a path, the route's <c>{*name}</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="call">The call for the error, such as <c>GET /api/similar/NAME</c>.</param>
    /// <param name="ending">What the path has behind the name.</param>
    /// <exception cref="ApiProblemException">There is none, or it is too long.</exception>
    public static StoredName FromPath(HttpRequest request, string call, string ending = "") =>
        request.RouteValues["name"] is string path && path[..^ending.Length] is { Length: > 0 and <= ImageId.MaxNameLength } name
            ? new StoredName(name, SpellingsOf(name))
            : throw Problems.InvalidParameter(
                $"The path names no image: {call} takes the name of a stored image, 1 to {ImageId.MaxNameLength} characters.");

    /// <summary>A name in the query, where every character can be written.</summary>
    /// <param name="query">The query.</param>
    /// <param name="parameter">Which parameter.</param>
    /// <param name="call">The call for the error.</param>
    /// <exception cref="ApiProblemException">There is none, or it is too long.</exception>
    public static StoredName FromQuery(IQueryCollection query, string parameter, string call) =>
        query[parameter] is [{ Length: > 0 and <= ImageId.MaxNameLength } name]
            ? new StoredName(name, [name])
            : throw Problems.InvalidParameter(
                $"{parameter} names no image: {call} takes in {parameter} the name of a stored image, 1 to {ImageId.MaxNameLength} " +
                "characters.");

    // Servers leave %2F in a path as it is, to keep it apart from a slash. Where no stored name contains it, it stands for a slash.
    private static IReadOnlyList<string> SpellingsOf(string name) =>
        name.Contains("%2F", StringComparison.OrdinalIgnoreCase)
            ? [name, name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)]
            : [name];
}
