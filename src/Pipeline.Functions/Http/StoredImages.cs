using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>Looks for the stored images that callers name.</summary>
public sealed class StoredImages(ImagesContainer images, SimilaritySearch search, ImageDecoder decoder)
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
                if (await search.FindAsync(model.Key, id, cancellationToken) is { } record)
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

    /// <summary>Reads an image, unless it is too large.</summary>
    /// <returns>The image, or the answer that says why there is none; exactly one of both.</returns>
    internal async Task<(NamedImage? Image, IResult? Problem)> DownloadAsync(StoredName name, CancellationToken cancellationToken)
    {
        foreach (string spelling in name.Spellings)
        {
            if (images.TryGetBlob(spelling, out BlobClient? blob)
                && await StoredImage.DownloadAsync(blob, decoder.Limits, knownETag: null, cancellationToken) is { } stored)
            {
                return stored.Rejection is { } rejection
                    ? (null, Problems.Rejected(rejection, spelling))
                    : (new NamedImage(spelling, stored.ImageETag, stored.Bytes), null);
            }
        }

        return (null, Problems.UnknownImage(name.Written));
    }

    /// <summary>Reads the image that a path names.</summary>
    /// <inheritdoc cref="StoredName.FromPath"/>
    /// <returns>The image, or the answer that says why there is none; exactly one of both.</returns>
    internal async Task<(NamedImage? Image, IResult? Problem)> DownloadAsync(string? name, string call, CancellationToken cancellationToken)
    {
        (StoredName? written, IResult? problem) = StoredName.FromPath(name, call);
        return written is null ? (null, problem) : await DownloadAsync(written, cancellationToken);
    }
}

/// <summary>An image and what it is called.</summary>
/// <param name="Name">Its name in the container.</param>
/// <param name="ETag">Which version of it this is.</param>
/// <param name="Bytes">The bytes as they are stored.</param>
internal sealed record NamedImage(string Name, string ETag, ReadOnlyMemory<byte> Bytes);
