namespace Pipeline.Imaging.Jpeg;

/// <summary>
/// The four DC and four AC tables of a decoder; made when a scan asks for them. Where a file defines none, as webcams' MJPEG frames do,
/// they are the typical ones of ITU T.81, annex K.3, of which the first pair is for luminance.
/// </summary>
internal sealed class JpegHuffmanTables
{
    private const int AcClass = 4;

    private readonly byte[][] _definitions =
    [
        Convert.FromHexString("00010501010101010100000000000000000102030405060708090A0B"),
        Convert.FromHexString("00030101010101010101010000000000000102030405060708090A0B"), [], [],
        Convert.FromHexString(
            "0002010303020403050504040000017D01020300041105122131410613516107227114328191A1082342B1C11552D1F02433627282090A161718191A2526"
            + "2728292A3435363738393A434445464748494A535455565758595A636465666768696A737475767778797A838485868788898A92939495969798999A"
            + "A2A3A4A5A6A7A8A9AAB2B3B4B5B6B7B8B9BAC2C3C4C5C6C7C8C9CAD2D3D4D5D6D7D8D9DAE1E2E3E4E5E6E7E8E9EAF1F2F3F4F5F6F7F8F9FA"),
        Convert.FromHexString(
            "00020102040403040705040400010277000102031104052131061241510761711322328108144291A1B1C109233352F0156272D10A162434E125F1171819"
            + "1A262728292A35363738393A434445464748494A535455565758595A636465666768696A737475767778797A82838485868788898A92939495969798"
            + "999AA2A3A4A5A6A7A8A9AAB2B3B4B5B6B7B8B9BAC2C3C4C5C6C7C8C9CAD2D3D4D5D6D7D8D9DAE2E3E4E5E6E7E8E9EAF2F3F4F5F6F7F8F9FA"),
        [], [],
    ];

    private readonly JpegHuffmanTable?[] _made = new JpegHuffmanTable?[2 * AcClass];

    /// <param name="segment">What a DHT segment holds.</param>
    public void Define(ReadOnlySpan<byte> segment)
    {
        while (segment.Length >= 17)
        {
            int symbols = 0;
            foreach (byte count in segment[1..17])
            {
                symbols += count;
            }

            int index = ((segment[0] >> 4) * AcClass) + (segment[0] & 15);
            if (segment.Length < 17 + symbols || (segment[0] & 15) >= AcClass || index >= _definitions.Length)
            {
                throw JpegDamage.Exception();
            }

            _definitions[index] = segment[1..(17 + symbols)].ToArray();
            _made[index] = null;
            segment = segment[(17 + symbols)..];
        }
    }

    public JpegHuffmanTable Dc(int number) => Make(number);

    public JpegHuffmanTable Ac(int number) => Make(AcClass + number);

    private JpegHuffmanTable Make(int index) => _made[index] ??= _definitions[index] is { Length: > 16 } definition
        ? new JpegHuffmanTable(definition.AsSpan(0, 16), definition.AsSpan(16))
        : throw JpegDamage.Exception();
}
