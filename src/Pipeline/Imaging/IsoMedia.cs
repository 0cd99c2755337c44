using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Imaging;

/// <summary>Names files of boxes (ISO/IEC 14496-12) by the brands in their first box: HEIC, AVIF, a camera's raw file, videos.</summary>
internal static class IsoMedia
{
    private const int BrandsOffset = 8;
    private const int BrandLength = 4;

    // A HEIC often says so only among its compatible brands, after the general mif1; so the order here counts, not the file's.
    private static readonly (string Name, string[] Brands)[] Kinds =
    [
        ("AVIF", ["avif", "avis"]),
        ("HEIC", ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]),
        ("a camera's raw file (CR3)", ["crx "]),
        ("HEIF", ["mif1", "mif2", "msf1", "miaf", "jpeg", "avci"]),
        ("a QuickTime video", ["qt  "]),
    ];

    /// <returns>The name; null if it is no such file.</returns>
    public static string? Find(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < BrandsOffset + BrandLength || !bytes[4..].StartsWith("ftyp"u8))
        {
            return null;
        }

        int length = (int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(bytes), BrandsOffset + BrandLength, Math.Min(bytes.Length, 256));
        string brands = Encoding.Latin1.GetString(bytes[BrandsOffset..length]);
        return Kinds.FirstOrDefault(kind => kind.Brands.Any(brand => Has(brands, brand))).Name ?? "an MP4 video";
    }

    private static bool Has(string brands, string brand) =>
        Enumerable.Range(0, brands.Length / BrandLength)
            .Any(i => string.CompareOrdinal(brands, i * BrandLength, brand, 0, BrandLength) == 0);
}
