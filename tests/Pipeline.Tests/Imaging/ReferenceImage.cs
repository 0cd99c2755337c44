using System.IO.Compression;
using System.Text.Json;

namespace Pipeline.Tests.Imaging;

/// <summary>A picture written by <c>tests/reference/images.py</c> and what Pillow makes of it.</summary>
public sealed record ReferenceImage(string File, int Width, int Height, int[] To, int Tolerance, string Nearest, string Lanczos)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<ReferenceImage> All { get; } =
        JsonSerializer.Deserialize<ReferenceImage[]>(
            System.IO.File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "images.json")),
            Json)!;

    public static byte[] Read(string file)
        => System.IO.File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "images", file));

    public byte[] Encoded => Read(File);

    public byte[] NearestPixels => Unpack(Nearest);

    public byte[] LanczosPixels => Unpack(Lanczos);

    /// <summary>Bytes from base64 of zlib of them.</summary>
    public static byte[] Unpack(string packed)
    {
        using var stream = new ZLibStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
        using var pixels = new MemoryStream();
        stream.CopyTo(pixels);
        return pixels.ToArray();
    }
}
