using Pipeline.Storage.Access;

namespace Pipeline.Functions.Http;

/// <summary>Makes the addresses of images in responses, for callers who were authorised: none of them needs a further look at the key.</summary>
public sealed class ImageLinks(SignedAddresses addresses)
{
    /// <summary>What makes the addresses of one response.</summary>
    internal async Task<ImageUrls> FindAsync(CancellationToken cancellationToken) =>
        new(await addresses.FindSignerAsync(cancellationToken));
}

/// <summary>The addresses of images in one response.</summary>
/// <param name="Signer">What signs addresses at the storage account; null where callers read images through the app.</param>
internal sealed record ImageUrls(AddressSigner? Signer)
{
    private const string Content = "/api/content/";
    private const string Thumbnails = "/api/thumbnails/";

    /// <summary>Where an image's bytes are.</summary>
    public string ContentOf(string name) => Signer?.Sign(name)?.AbsoluteUri ?? Content + PathOf(name);

    /// <summary>Where its thumbnail is: always at the app, which makes it when it is first asked for.</summary>
    public static string ThumbnailOf(string name) => Thumbnails + PathOf(name);

    /// <summary>A name as the end of a path, so that <see cref="StoredName.FromPath"/> reads it back.</summary>
    private static string PathOf(string name)
    {
        // Clients and servers take an empty part out of a path; an escaped slash stays.
        string[] parts = name.Split('/');
        return string.Join(Array.Exists(parts, part => part.Length == 0) ? "%2F" : "/", parts.Select(Uri.EscapeDataString));
    }
}
