using NetVips;

namespace Pipeline.Imaging.Jpeg;

/// <summary>
/// A JPEG as libjpeg is to see it, and whether its image is whole. Bytes that are missing or too many around a complete image are framing
/// and are passed over; missing or impossible image data is damage, which libjpeg only warns of.
/// </summary>
internal sealed class JpegFile : OpenedImage
{
    // libjpeg reads ahead by 8 bytes at most, and encoders pad by less than this.
    private const int Tail = 16;

    private static readonly byte[] EndMarker = [0xFF, JpegMarkers.EndOfImage];

    private readonly byte[] _file;
    private readonly JpegStructure _structure;

    private JpegFile(byte[] file, JpegStructure structure, int width, int height, long memory)
        : base(ImageFormat.Jpeg, width, height) => (_file, _structure, Memory) = (file, structure, memory);

    /// <inheritdoc/>
    public override long Memory { get; }

    /// <param name="file">All bytes; they are not changed.</param>
    /// <exception cref="UnsupportedImageException">A kind of JPEG that is not read.</exception>
    /// <exception cref="VipsException">The header is broken.</exception>
    public static JpegFile Open(byte[] file)
    {
        var structure = JpegStructure.Read(file);
        using Image header = structure.Frame is { Height: 0 }
            ? new Reading(file, structure, Enums.FailOn.Error).Open(1, null)
            : Image.JpegloadBuffer(file, failOn: Enums.FailOn.Error);
        (int width, int height) = LibVips.UprightSize(header);
        long held = header.Contains("interlaced") ? (long)width * height * header.Bands * sizeof(short) : 0;
        return new JpegFile(file, structure, width, height, LibVips.Memory(header, held));
    }

    /// <inheritdoc/>
    public override RgbImage Decode() => Decode(open => LibVips.Decode(open(1, null)));

    /// <summary>The image shrunk while it is decoded, then brought to a size by a Lanczos kernel.</summary>
    /// <inheritdoc/>
    public override RgbImage DecodeAndReduce(int width, int height)
    {
        int shrink = ShrinkOnLoad(Math.Min(Width / width, Height / height));
        return Decode(open => LibVips.ReduceStrictly(access => open(shrink, access), width, height));
    }

    // The decoder's shrinking is a plain block average; at least a factor of 2 is left to the better kernel, as in libvips' own thumbnails.
    private static int ShrinkOnLoad(int factor) => factor >= 16 ? 8 : factor >= 8 ? 4 : factor >= 4 ? 2 : 1;

    /// <summary>Decodes, and makes sure that all of the image was there.</summary>
    /// <param name="decode">Opens the image by the function it is given (shrink factor, access) and reads all its lines.</param>
    /// <exception cref="VipsException">The image cannot be decoded.</exception>
    /// <exception cref="InvalidDataException">Image data is missing or impossible.</exception>
    private RgbImage Decode(Func<Func<int, Enums.Access?, Image>, RgbImage> decode)
    {
        if (!_structure.IsComplete)
        {
            throw JpegDamage.Exception();
        }

        int warnings = LibVips.Warnings;
        var strict = new Reading(_file, _structure, Enums.FailOn.Warning);
        try
        {
            RgbImage image = decode(strict.Open);
            if (LibVips.Warnings != warnings || (_structure.IsOneScan && !strict.HasReadTail))
            {
                JpegDamage.Check(_file.AsSpan(0, _structure.End), _structure);
            }

            return image;
        }
        catch (VipsException)
        {
            // The first warning ends the decoding, be it of harmless bytes between two segments; the data itself decides.
            JpegDamage.Check(_file.AsSpan(0, _structure.End), _structure);
        }

        return decode(new Reading(_file, _structure, Enums.FailOn.Error).Open);
    }

    /// <summary>
    /// One pass of libjpeg over the file: up to the end of its first image, with an end marker and a height where they are missing.
    /// Whether it asks for the scan's last bytes shows if the image ended before them: libjpeg does not say so.
    /// </summary>
    private sealed class Reading(byte[] file, JpegStructure structure, Enums.FailOn failOn)
    {
        private readonly int _tailOffset = Math.Max(0, structure.FirstScanEnd - Tail);

        public bool HasReadTail { get; private set; }

        public Image Open(int shrink, Enums.Access? access)
        {
            long position = 0;
            using var source = new SourceCustom();
            source.OnRead += (buffer, length) =>
            {
                int read = Read(buffer.AsSpan(0, length), position);
                position += read;
                return read;
            };
            source.OnSeek += (offset, origin) => position = origin switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => position + offset,
                _ => structure.End + EndMarker.Length + offset,
            };
            return Image.JpegloadSource(source, shrink: shrink, access: access, failOn: failOn);
        }

        private int Read(Span<byte> buffer, long position)
        {
            if (position >= structure.End)
            {
                ReadOnlySpan<byte> marker = EndMarker.AsSpan((int)Math.Min(position - structure.End, EndMarker.Length));
                marker = marker[..Math.Min(marker.Length, buffer.Length)];
                marker.CopyTo(buffer);
                return marker.Length;
            }

            int from = (int)position;
            int to = from < _tailOffset ? _tailOffset : structure.End;
            HasReadTail |= from >= _tailOffset;
            Span<byte> bytes = buffer[..Math.Min(buffer.Length, to - from)];
            file.AsSpan(from, bytes.Length).CopyTo(bytes);
            if (structure.Frame is { Height: 0 })
            {
                WriteHeight(bytes, from);
            }

            return bytes.Length;
        }

        private void WriteHeight(Span<byte> bytes, int from)
        {
            int high = structure.FrameOffset + JpegFrame.HeightOffset - from;
            for (int i = 0; i < 2; i++)
            {
                if (high + i >= 0 && high + i < bytes.Length)
                {
                    bytes[high + i] = (byte)(structure.Height >> (8 - (i * 8)));
                }
            }
        }
    }
}
