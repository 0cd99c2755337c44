namespace Pipeline.Imaging;

/// <summary>Says what bytes are that are none of the accepted formats, so that who sent them knows what to do.</summary>
internal static class ForeignContent
{
    private const string Accepted = "JPEG, PNG, WebP, GIF, BMP and TIFF are accepted";
    private const string Convert = "Convert it first.";
    private const string Unpack = "Unpack it first.";
    private const string Frame = "Send one of its frames in one of these formats.";

    // Where nothing else is said a signature is at the file's begin. The first that fits counts.
    private static readonly Signature[] Signatures =
    [
        new("JPEG XL", Convert, [0xFF, 0x0A]),
        new("JPEG XL", Convert, [0, 0, 0, 12, .. "JXL "u8]),
        new("JPEG 2000", Convert, [0, 0, 0, 12, .. "jP  "u8]),
        new("JPEG 2000", Convert, [0xFF, 0x4F, 0xFF, 0x51]),
        new("JPEG XR", Convert, [.. "II"u8, 0xBC]),
        new("a Photoshop document (PSD)", Convert, "8BPS"u8),
        new("a GIMP document (XCF)", Convert, "gimp xcf"u8),
        new("a PDF document", "Send its pages as images.", "%PDF-"u8),
        new("PostScript (PS or EPS)", Convert, "%!PS"u8),
        new("PostScript (EPS)", Convert, [0xC5, 0xD0, 0xD3, 0xC6]),
        new("an icon (ICO)", Convert, [0, 0, 1, 0]),
        new("a cursor (CUR)", Convert, [0, 0, 2, 0]),
        new("an OS/2 bitmap array", "Save one of its images as PNG.", "BM"u8, 14) { Also = "BA"u8.ToArray() },
        new("a camera's raw file (CR2)", Convert, "CR"u8, 8) { Also = "II*\0"u8.ToArray() },
        new("a camera's raw file (RAF)", Convert, "FUJIFILMCCD-RAW"u8),
        new("a camera's raw file (ORF)", Convert, "IIRO"u8),
        new("a camera's raw file (ORF)", Convert, "IIRS"u8),
        new("a camera's raw file (ORF)", Convert, "MMOR"u8),
        new("a camera's raw file (RW2)", Convert, "IIU\0"u8),
        new("a camera's raw file (CRW)", Convert, "HEAPCCDR"u8, 6),
        new("a camera's raw file (X3F)", Convert, "FOVb"u8),
        new("a camera's raw file (MRW)", Convert, "\0MRM"u8),
        new("OpenEXR", Convert, [0x76, 0x2F, 0x31, 0x01]),
        new("Radiance HDR", Convert, "#?RADIANCE"u8),
        new("Radiance HDR", Convert, "#?RGBE"u8),
        new("a DirectDraw surface (DDS)", Convert, "DDS "u8),
        new("QOI", Convert, "qoif"u8),
        new("MNG", Convert, [0x8A, .. "MNG"u8]),
        new("JNG", Convert, [0x8B, .. "JNG"u8]),
        new("BPG", Convert, [.. "BPG"u8, 0xFB]),
        new("DICOM", Convert, "DICM"u8, 128),
        new("FITS", Convert, "SIMPLE  ="u8),
        new("a Windows metafile (WMF)", Convert, [0xD7, 0xCD, 0xC6, 0x9A]),
        new("a Windows metafile (WMF)", Convert, [1, 0, 9, 0, 0, 3]),
        new("a Windows metafile (EMF)", Convert, " EMF"u8, 40) { Also = [1, 0, 0, 0] },
        new("a ZIP archive, or an office document, which is one", Unpack, "PK\u0003\u0004"u8),
        new("an empty ZIP archive", Unpack, "PK\u0005\u0006"u8),
        new("gzip", Unpack, [0x1F, 0x8B]),
        new("a 7-Zip archive", Unpack, [.. "7z"u8, 0xBC, 0xAF]),
        new("a RAR archive", Unpack, "Rar!"u8),
        new("a tar archive", Unpack, "ustar"u8, 257),
        new("a WebM or Matroska video", Frame, [0x1A, 0x45, 0xDF, 0xA3]),
        new("an AVI video", Frame, "AVI "u8, 8) { Also = "RIFF"u8.ToArray() },
        new("a WAV sound", "", "WAVE"u8, 8) { Also = "RIFF"u8.ToArray() },
        new("an MPEG video", Frame, [0, 0, 1, 0xBA]),
        new("a Flash video", Frame, [.. "FLV"u8, 1]),
        new("a QuickTime video", Frame, "moov"u8, 4),
        new("a QuickTime video", Frame, "mdat"u8, 4),
    ];

    /// <summary>A sentence or more for people, about bytes that have the signature of no accepted format.</summary>
    public static string Describe(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            return $"There are only zero bytes; {Accepted}. The image was not stored or sent completely: send it again.";
        }

        foreach (Signature signature in Signatures)
        {
            if (signature.Fits(bytes))
            {
                return Sentence(signature.Name, signature.Advice);
            }
        }

        return IsoMedia.Find(bytes) is { } media ? Sentence(media, media.EndsWith("video", StringComparison.Ordinal) ? Frame : Convert)
            : LateStart.Find(bytes) is { } late
                ? $"A {late.Format} starts at byte {late.Offset:N0}, after {late.Before}. Remove what is before it."
            : ForeignText.Find(bytes) is { } text ? Sentence(text.Name, text.Advice)
            : $"The bytes are no image of a supported format; {Accepted}.";
    }

    private static string Sentence(string name, string advice) => $"This is {name}; {Accepted}. {advice}".TrimEnd();

    private sealed record Signature(string Name, string Advice, byte[] Bytes, int Offset)
    {
        public Signature(string name, string advice, ReadOnlySpan<byte> bytes, int offset = 0)
            : this(name, advice, bytes.ToArray(), offset)
        {
        }

        /// <summary>What the file must begin with besides.</summary>
        public byte[] Also { get; init; } = [];

        public bool Fits(ReadOnlySpan<byte> bytes) =>
            bytes.Length > Offset && bytes[Offset..].StartsWith(Bytes) && bytes.StartsWith(Also);
    }
}
