using System.Buffers.Binary;

namespace Pipeline.Imaging.Jpeg;

/// <summary>
/// Follows the Huffman codes of a JPEG without computing a pixel, where libjpeg left a doubt. Damage is data that ends early, a restart
/// marker out of turn, and a code or a number that no encoder writes; bytes too many before a marker are none.
/// </summary>
internal static class JpegDamage
{
    public static InvalidDataException Exception() =>
        new("The JPEG cannot be decoded: it is damaged, or it ends before its last pixel.");

    /// <param name="image">The file up to the end of its first image.</param>
    /// <param name="structure">What frames it.</param>
    /// <exception cref="InvalidDataException">
    /// It is damaged; or it is coded arithmetically, where libjpeg warns of nothing but damage.
    /// </exception>
    public static void Check(ReadOnlySpan<byte> image, JpegStructure structure)
    {
        if (structure.Frame is not { IsArithmetic: false } frame)
        {
            throw Exception();
        }

        var coefficients = new JpegCoefficients(frame with { Height = structure.Height });
        var tables = new JpegHuffmanTables();
        int interval = 0;
        var markers = new JpegMarkers(image);
        while (markers.MoveNext())
        {
            if (markers.Marker == JpegMarkers.HuffmanTables)
            {
                tables.Define(markers.Segment);
            }
            else if (markers.Marker == JpegMarkers.RestartInterval && markers.Segment.Length >= 2)
            {
                interval = BinaryPrimitives.ReadUInt16BigEndian(markers.Segment);
            }
            else if (markers.Marker == JpegMarkers.StartOfScan)
            {
                JpegScan scan = JpegScan.Read(frame, markers.Segment) ?? throw Exception();
                coefficients.Read(scan, tables, interval, new JpegBits(image, markers.SegmentEnd));
            }
        }
    }
}
