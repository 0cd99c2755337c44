using System.Buffers.Binary;

namespace Pipeline.Imaging;

/// <summary>Tells the format from the first bytes. What is not recognised here never reaches a decoder.</summary>
internal static class ImageSignature
{
    private const int BitmapHeaderSizeOffset = 14;

    public static ImageFormat? Find(ReadOnlySpan<byte> encoded) =>
        encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? ImageFormat.Jpeg
        : encoded.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? ImageFormat.Png
        : encoded.StartsWith("GIF87a"u8) || encoded.StartsWith("GIF89a"u8) ? ImageFormat.Gif
        : encoded.StartsWith("RIFF"u8) && encoded.Length >= 12 && encoded[8..].StartsWith("WEBP"u8) ? ImageFormat.WebP
        : IsTiff(encoded) ? ImageFormat.Tiff
        : IsBitmap(encoded) ? ImageFormat.Bmp
        : null;

    // 42 is TIFF, 43 BigTIFF, in either byte order.
    private static bool IsTiff(ReadOnlySpan<byte> encoded) =>
        encoded.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0])
        || encoded.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 42])
        || encoded.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 43, 0])
        || encoded.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 43]);

    // Two letters are too few to tell a bitmap from text, so its header must have a size that headers have, or could have: text would give
    // millions.
    private static bool IsBitmap(ReadOnlySpan<byte> encoded) =>
        encoded.StartsWith("BM"u8)
        && encoded.Length >= BitmapHeaderSizeOffset + sizeof(uint)
        && BinaryPrimitives.ReadUInt32LittleEndian(encoded[BitmapHeaderSizeOffset..]) is >= 12 and <= 256;
}
