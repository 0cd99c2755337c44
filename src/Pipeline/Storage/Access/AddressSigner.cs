using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace Pipeline.Storage.Access;

/// <summary>Signs addresses of images: for reading this one blob, by HTTPS, for 15 to 20 minutes.</summary>
/// <remarks>
/// Storage sends a blob with the type that whoever stored it has claimed, such as text/html. So the address says the type instead: that of
/// an image which browsers show, by the ending of its name; of any other name the blob is a file to save.
/// </remarks>
internal sealed class AddressSigner
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    // The end is a multiple of this, so that an image keeps its address for a while and browsers need not load it again.
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);

    /// <summary>The most that an address is good for.</summary>
    public static readonly TimeSpan LongestLifetime = Lifetime + Step;

    private readonly UserDelegationKey _key;
    private readonly string _account;
    private readonly ImagesContainer _images;
    private readonly DateTimeOffset _end;

    /// <param name="key">The key.</param>
    /// <param name="account">The account that gave it.</param>
    /// <param name="images">The container.</param>
    /// <param name="now">The time.</param>
    public AddressSigner(UserDelegationKey key, string account, ImagesContainer images, DateTimeOffset now)
    {
        (_key, _account, _images) = (key, account, images);
        long steps = (now + Lifetime).UtcTicks / Step.Ticks;
        _end = new DateTimeOffset((steps + 1) * Step.Ticks, TimeSpan.Zero);
    }

    /// <summary>An address of an image.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Null where no blob of the container can be reached by that name, as some other program may have written it.</returns>
    public Uri? Sign(string name)
    {
        if (!_images.TryGetBlob(name, out BlobClient? blob))
        {
            return null;
        }

        string? type = ImageMediaType.OfName(name);
        var signature = new BlobSasBuilder(BlobSasPermissions.Read, _end)
        {
            BlobContainerName = _images.Name,
            BlobName = name,
            Resource = "b",
            Protocol = SasProtocol.Https,
            ContentType = type ?? ImageMediaType.Unknown,
            ContentDisposition = type is null ? "attachment" : "inline",
        };
        return new BlobUriBuilder(blob.Uri, trimBlobNameSlashes: false) { Sas = signature.ToSasQueryParameters(_key, _account) }.ToUri();
    }
}
