using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Imaging;
using Pipeline.Links.Fetching;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Links;

/// <summary>Stores what links led to as images like any others: <c>links/{host}/{id}.{format}</c>, with the address in the metadata.</summary>
/// <param name="container">Where images are.</param>
/// <param name="images">Turns names into blobs.</param>
/// <param name="tags">The tags.</param>
internal sealed class LinkStore(BlobContainerClient container, ImagesContainer images, TagTable tags)
{
    // Metadata takes ASCII only, and 8 kB in all.
    private const int MaxMetadata = 3000;

    /// <summary>The name that an image of a link gets.</summary>
    public static string NameOf(Link link, ImageFormat format) =>
        $"links/{new Uri(link.Url).IdnHost.Trim('[', ']').Replace(':', '-')}/{link.Id}.{format.Extension()}";

    /// <summary>Stores an image over the one before, and adds the link's tags to its own.</summary>
    public async Task StoreAsync(
        Link link, string name, FetchedLink fetched, ImageFormat format, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var id = new ImageId(images.Name, name);
        await tags.ChangeAsync(
            id,
            row => row with { Tags = [.. row.Tags.Union(link.Tags).Take(TagList.MaxCount).Order(StringComparer.Ordinal)] },
            cancellationToken).ConfigureAwait(false);
        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = format.MediaType() },
            Metadata = new Dictionary<string, string>
            {
                ["source"] = Ascii(fetched.Address.AbsoluteUri),
                ["title"] = Ascii(fetched.Title ?? ""),
                ["fetched"] = at.UtcDateTime.ToString("O"),
            },
        };
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await images.GetBlob(name).UploadAsync(new BinaryData(fetched.Bytes), options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a link's image, if it is there.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        images.GetBlob(name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, null, cancellationToken);

    // Percent-encoded, and cut where a whole character ends.
    private static string Ascii(string text)
    {
        string encoded = Uri.EscapeDataString(text);
        while (encoded.Length > MaxMetadata)
        {
            text = text[..(text.Length * 3 / 4)];
            encoded = Uri.EscapeDataString(char.IsHighSurrogate(text[^1]) ? text[..^1] : text);
        }

        return encoded;
    }
}
