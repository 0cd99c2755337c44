using System.Buffers.Binary;

namespace Pipeline.Imaging.Jpeg;

/// <summary>One colour component of a frame.</summary>
/// <param name="Id">What scans call it.</param>
/// <param name="Across">Horizontal sampling factor, 1 to 4.</param>
/// <param name="Down">Vertical sampling factor, 1 to 4.</param>
internal readonly record struct JpegComponent(byte Id, int Across, int Down);

/// <summary>A frame header (ITU T.81, B.2.2).</summary>
/// <param name="Marker">0xC0 to 0xCF: which process coded it.</param>
/// <param name="Precision">Bits a sample.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels; 0 where a DNL marker after the first scan says it.</param>
/// <param name="Components">In the file's order.</param>
internal sealed record JpegFrame(byte Marker, int Precision, int Width, int Height, JpegComponent[] Components)
{
    /// <summary>Where the height is, from the marker's offset on.</summary>
    public const int HeightOffset = 5;

    public bool IsProgressive => Marker is 0xC2 or 0xCA;

    public bool IsArithmetic => Marker is 0xC9 or 0xCA;

    // 0xC4, 0xC8 and 0xCC are other segments.
    public static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <summary>The header; null if it is shorter than it says, which libjpeg refuses too.</summary>
    public static JpegFrame? Read(byte marker, ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 6 || segment.Length < 6 + (segment[5] * 3))
        {
            return null;
        }

        var components = new JpegComponent[segment[5]];
        for (int i = 0; i < components.Length; i++)
        {
            ReadOnlySpan<byte> component = segment[(6 + (i * 3))..];
            components[i] = new JpegComponent(component[0], component[1] >> 4, component[1] & 15);
        }

        int height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        return new JpegFrame(marker, segment[0], BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), height, components);
    }

    /// <summary>An undamaged JPEG of a kind that libjpeg does not read is refused by its name.</summary>
    /// <exception cref="UnsupportedImageException">It is of such a kind.</exception>
    public void CheckKind()
    {
        string? kind = Marker switch
        {
            0xC3 or 0xCB => "is a lossless one",
            >= 0xC5 and <= 0xC7 or >= 0xCD => "is a hierarchical one",
            _ when Precision == 12 => "has 12 bits a sample",
            _ when Components.Length is 2 or > 4 => $"has {Components.Length} colour components",
            _ => null,
        };
        if (kind is not null)
        {
            throw Unsupported(kind);
        }
    }

    public static UnsupportedImageException Unsupported(string kind) => new(
        $"The JPEG {kind}; baseline and progressive ones of 8 bits a sample with 1, 3 or 4 colour components are read. "
        + "Save it as one of these, or as PNG.");
}
