using NetVips;

namespace Pipeline.Imaging.Jpeg;

/// <summary>
/// A JPEG as libjpeg is to see it, and whether its image is whole. Bytes that are missing or too many around a complete image are framing
/// and are passed over; missing or impossible image data is damage, which libjpeg only warns of.
/// </summary>
internal sealed class JpegFile
{
    // libjpeg reads ahead by 8 bytes at most, and encoders pad by less than this.
    private const int Tail = 16;

    private static readonly byte[] EndMarker = [0xFF, JpegMarkers.EndOfImage];

    private readonly byte[] _file;
    private readonly JpegStructure _structure;
    private readonly int _tailOffset;

    private JpegFile(byte[] file, JpegStructure structure)
    {
        (_file, _structure) = (file, structure);
        _tailOffset = Math.Max(0, structure.FirstScanEnd - Tail);
    }

    /// <param name="file">All bytes; they are not changed.</param>
    /// <exception cref="UnsupportedImageException">A kind of JPEG that is not read.</exception>
    public static JpegFile Open(byte[] file) => new(file, JpegStructure.Read(file));

    /// <summary>The image for its header's sake.</summary>
    /// <exception cref="VipsException">The header is broken.</exception>
    public Image OpenHeader() => _structure.Frame is { Height: 0 }
        ? new Reading(this, Enums.FailOn.Error).Open(1, null)
        : Image.JpegloadBuffer(_file, failOn: Enums.FailOn.Error);

    /// <summary>Decodes, and makes sure that all of the image was there.</summary>
    /// <param name="decode">Opens the image by the function it is given (shrink factor, access) and reads all its lines.</param>
    /// <exception cref="VipsException">The image cannot be decoded.</exception>
    /// <exception cref="InvalidDataException">Image data is missing or impossible.</exception>
    public T Decode<T>(Func<Func<int, Enums.Access?, Image>, T> decode)
    {
        if (!_structure.IsComplete)
        {
            throw JpegDamage.Exception();
        }

        int warnings = LibVips.Warnings;
        var strict = new Reading(this, Enums.FailOn.Warning);
        try
        {
            T image = decode(strict.Open);
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

        return decode(new Reading(this, Enums.FailOn.Error).Open);
    }

    /// <summary>
    /// One pass of libjpeg over the file: up to the end of its first image, with an end marker and a height where they are missing.
    /// Whether it asks for the scan's last bytes shows if the image ended before them: libjpeg does not say so.
    /// </summary>
    private sealed class Reading(JpegFile jpeg, Enums.FailOn failOn)
    {
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
                _ => jpeg._structure.End + EndMarker.Length + offset,
            };
            return Image.JpegloadSource(source, shrink: shrink, access: access, failOn: failOn);
        }

        private int Read(Span<byte> buffer, long position)
        {
            JpegStructure structure = jpeg._structure;
            if (position >= structure.End)
            {
                ReadOnlySpan<byte> marker = EndMarker.AsSpan((int)Math.Min(position - structure.End, EndMarker.Length));
                marker = marker[..Math.Min(marker.Length, buffer.Length)];
                marker.CopyTo(buffer);
                return marker.Length;
            }

            int from = (int)position;
            int to = from < jpeg._tailOffset ? jpeg._tailOffset : structure.End;
            HasReadTail |= from >= jpeg._tailOffset;
            Span<byte> bytes = buffer[..Math.Min(buffer.Length, to - from)];
            jpeg._file.AsSpan(from, bytes.Length).CopyTo(bytes);
            if (structure.Frame is { Height: 0 })
            {
                WriteHeight(bytes, from);
            }

            return bytes.Length;
        }

        private void WriteHeight(Span<byte> bytes, int from)
        {
            int high = jpeg._structure.FrameOffset + JpegFrame.HeightOffset - from;
            for (int i = 0; i < 2; i++)
            {
                if (high + i >= 0 && high + i < bytes.Length)
                {
                    bytes[high + i] = (byte)(jpeg._structure.Height >> (8 - (i * 8)));
                }
            }
        }
    }
}
