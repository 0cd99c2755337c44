namespace Pipeline.Imaging;

/// <summary>
/// An accepted image behind bytes that are not its own: a line break or a byte order mark of a script, or its error message.
/// </summary>
/// <param name="Format">Its name.</param>
/// <param name="Offset">Where it starts, from 0.</param>
/// <param name="Before">What is before it.</param>
internal sealed record LateStart(string Format, int Offset, string Before)
{
    // A script's messages are longer than a line. Anything but text is a format that we do not know, with an image inside.
    private const int LongestText = 4096;
    private const int LongestOther = 16;

    public static LateStart? Find(ReadOnlySpan<byte> bytes)
    {
        for (int offset = 1; offset < Math.Min(bytes.Length, LongestText); offset++)
        {
            // The formats whose signatures are long enough not to be met by chance.
            if (bytes[offset] is 0xFF or 0x89 or (byte)'G' or (byte)'R'
                && ImageSignature.Find(bytes[offset..]) is ImageFormat format
                    and (ImageFormat.Jpeg or ImageFormat.Png or ImageFormat.Gif or ImageFormat.WebP)
                && Describe(bytes[..offset]) is { } before)
            {
                return new LateStart(format.DisplayName(), offset, before);
            }
        }

        return null;
    }

    private static string? Describe(ReadOnlySpan<byte> before) =>
        before.SequenceEqual((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? "a UTF-8 byte order mark"
        : !before.ContainsAnyExcept((byte)'\r', (byte)'\n') ? "a line break"
        : !before.ContainsAnyExcept(" \t\r\n"u8) ? "white space"
        : ForeignText.IsText(before) ? "text"
        : before.Length <= LongestOther ? "other bytes"
        : null;
}
