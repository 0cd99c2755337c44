using Pipeline.Models;

namespace Pipeline.ModelBuilding;

/// <summary>A file that someone publishes together with its checksum.</summary>
/// <param name="Address">Where it is: <c>https:</c>, <c>http:</c>, or <c>file:</c> for a file on this machine.</param>
/// <param name="Bytes">Its size; null if the publisher does not state it, and then at most 1 MiB.</param>
/// <param name="Md5">Its MD5, 32 hexadecimal digits, as the publisher states it.</param>
internal sealed record PublishedFile(Uri Address, long? Bytes, string Md5)
{
    private const long MostUnstated = 1 << 20;

    /// <summary>The names of ImageNet's classes, for <see cref="ClassIndex"/>.</summary>
    public static PublishedFile ImageNetClassIndex { get; } = new(
        new Uri($"https://storage.googleapis.com/download.tensorflow.org/data/{ClassIndex.FileName}"),
        null,
        "c2c37ea517e94d9795004a39431a14cb");

    /// <summary>The last part of the address, which is the file's name.</summary>
    public string Name { get; } = Path.GetFileName(Address.LocalPath);

    /// <summary>The maximum number of bytes that is fetched, whatever a server sends.</summary>
    public long MostBytes => Bytes ?? MostUnstated;

    /// <summary>A catalogue entry's weights.</summary>
    /// <param name="weights">Those with or without the dense layers.</param>
    public static PublishedFile Of(WeightsFile weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new PublishedFile(weights.Address, weights.Bytes, weights.Md5);
    }

    /// <summary>The same file from another source.</summary>
    /// <param name="place">A folder, or the http(s) address of one; a file of this name is expected in it.</param>
    /// <exception cref="InvalidDataException"><paramref name="place"/> is neither.</exception>
    public PublishedFile At(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (place.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || place.StartsWith(
            "http://", StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate($"{place.TrimEnd('/')}/", UriKind.Absolute, out Uri? address)
                ? this with { Address = new Uri(address, Name) }
                : throw new InvalidDataException($"'{place}' is not an address. Write it as https://host/folder.");
        }

        return Directory.Exists(place)
            ? this with { Address = new Uri(Path.GetFullPath(Path.Combine(place, Name))) }
            : throw new InvalidDataException(
                $"'{place}' is neither a folder nor an http(s) address. Name a folder that has the file '{Name}', or the address of one.");
    }
}
