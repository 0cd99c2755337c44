using System.IO.Hashing;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Storage;

namespace Pipeline.Search.Saved;

/// <summary>A segment of a saved index.</summary>
/// <param name="Name">Its files are <c>{name}.segment</c> and <c>{name}.vectors</c>.</param>
/// <param name="Images">Images in it, those included that are no longer there.</param>
/// <param name="Bytes">Length of the first file.</param>
/// <param name="Hashes">
/// The <see cref="HashOf"/> of each part of the first file (<see cref="IndexBlobs.PartLength"/>), which holds one of each vector of the other.
/// </param>
/// <param name="Live">ulong[], little-endian: bit i % 64 of word i / 64 is 1 where image i is still there.</param>
internal sealed record SavedSegment(string Name, int Images, long Bytes, UInt128[] Hashes, byte[] Live)
{
    /// <summary>XXH3, 128 bits.</summary>
    public static UInt128 HashOf(ReadOnlySpan<byte> part) => XxHash128.HashToUInt128(part);
}

/// <summary>A segment that was replaced; its files are kept for a while for instances that began with it.</summary>
/// <param name="Name">As <see cref="SavedSegment.Name"/>.</param>
/// <param name="At">When it was replaced.</param>
internal sealed record RetiredSegment(string Name, DateTimeOffset At);

/// <summary>What a saved index consists of: the file that is written last.</summary>
/// <param name="Id">Another one for each saving.</param>
/// <param name="Version">The model and its fingerprint.</param>
/// <param name="Dimension">Length of the vectors.</param>
/// <param name="Space">The space of the codes.</param>
/// <param name="Highest">The time of the last entry of the log that is in it, by its writer's clock; null where there was none.</param>
/// <param name="Seen">The entries that are in it and that lie within the overlap before that.</param>
/// <param name="AgeSeconds">How long before the writing of this file the log was read.</param>
/// <param name="Skipped">The versions of the rows that cannot be read, by their keys.</param>
/// <param name="Segments">The segments.</param>
/// <param name="Retired">What was replaced lately.</param>
internal sealed record SavedManifest(
    string Id,
    string Version,
    int Dimension,
    byte[] Space,
    DateTimeOffset? Highest,
    IReadOnlyList<string> Seen,
    double AgeSeconds,
    IReadOnlyDictionary<string, string> Skipped,
    IReadOnlyList<SavedSegment> Segments,
    IReadOnlyList<RetiredSegment> Retired)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "manifest";

    private const int HashLength = 16;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Up to where the log of changes is in it.</summary>
    [JsonIgnore]
    public LogPosition Position => new(Highest, Seen.ToHashSet(StringComparer.Ordinal));

    // What comes after it is another format as soon as this is another text.
    private static ReadOnlySpan<byte> Begin => "pipeline index 2\n"u8;

    /// <summary>The file: a line that says what it is, the hash of what follows, and JSON.</summary>
    public BinaryData ToFile()
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, Options);
        return new BinaryData((byte[])[.. Begin, .. XxHash128.Hash(json), .. json]);
    }

    /// <summary>Reads the file.</summary>
    /// <returns>Null where it is cut, damaged, or not of this format.</returns>
    public static SavedManifest? FromFile(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Begin) || file.Length < Begin.Length + HashLength)
        {
            return null;
        }

        ReadOnlySpan<byte> hash = file.Slice(Begin.Length, HashLength);
        ReadOnlySpan<byte> json = file[(Begin.Length + HashLength)..];
        try
        {
            return XxHash128.Hash(json).AsSpan().SequenceEqual(hash)
                && JsonSerializer.Deserialize<SavedManifest>(json, Options) is
                {
                    Id: not null, Version: not null, Space: not null, Seen: not null,
                    Skipped: not null, Segments: not null, Retired: not null,
                } manifest
                    ? manifest
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
