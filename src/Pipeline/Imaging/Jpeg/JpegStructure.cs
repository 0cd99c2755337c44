using System.Buffers.Binary;

namespace Pipeline.Imaging.Jpeg;

/// <summary>Where the first image of a JPEG file lies and what frames it: read from its markers, without decoding.</summary>
/// <param name="Frame">The first frame header; null if there is none.</param>
/// <param name="FrameOffset">Where that header's marker is.</param>
/// <param name="Height">In pixels, from the frame header or else from the DNL marker; 0 if neither says it.</param>
/// <param name="FirstScanEnd">Where the data of the first scan ends.</param>
/// <param name="End">Where the end-of-image marker is or should be; what follows is another image or no part of it.</param>
/// <param name="IsOneScan">Whether all pixels are in one scan: libjpeg returns the last line without looking at what follows it.</param>
/// <param name="IsComplete">Whether the scans that are there hold all that the frame needs.</param>
internal sealed record JpegStructure(
    JpegFrame? Frame, int FrameOffset, int Height, int FirstScanEnd, int End, bool IsOneScan, bool IsComplete)
{
    // Encoders write about 10. Each scan of a progressive JPEG is a pass over all blocks, though it may have 20 bytes: 50 ms for 50
    // megapixels.
    private const int MaxScans = 100;
    private const int MaxScansOfLargest = 20;
    private const long MaxScannedPixels = 1_500_000_000;

    /// <exception cref="UnsupportedImageException">It is no damage, but a kind of JPEG that is not read.</exception>
    public static JpegStructure Read(ReadOnlySpan<byte> file)
    {
        JpegFrame? frame = null;
        (int frameOffset, int height, int firstScanEnd, int scans, bool isOneScan) = (0, 0, 0, 0, false);
        var completeness = new JpegCompleteness();
        var markers = new JpegMarkers(file);
        bool isEnded = false;
        int end = file.Length;
        while (markers.MoveNext())
        {
            firstScanEnd = scans == 1 && firstScanEnd == 0 ? markers.Offset : firstScanEnd;
            if (markers.Marker is JpegMarkers.EndOfImage or JpegMarkers.StartOfImage)
            {
                // Without an end marker, the next image of a phone's or camera's file ends the first.
                isEnded = markers.Marker == JpegMarkers.EndOfImage;
                end = markers.Offset;
                break;
            }

            switch (markers.Marker)
            {
                case 0xDE:
                    throw JpegFrame.Unsupported("is a hierarchical one");
                case 0xF7 when frame is null && scans == 0:
                    throw JpegFrame.Unsupported("is a JPEG-LS");
                case JpegMarkers.NumberOfLines when height == 0 && markers.Segment.Length >= 2:
                    height = BinaryPrimitives.ReadUInt16BigEndian(markers.Segment);
                    break;
                case JpegMarkers.StartOfScan:
                    scans++;
                    CheckScans(scans, (long)(frame?.Width ?? 0) * height);
                    if (frame is not null && JpegScan.Read(frame, markers.Segment) is { } scan)
                    {
                        isOneScan = scans == 1 && !frame.IsProgressive && scan.Components.Length == frame.Components.Length;
                        completeness.Add(scan);
                    }

                    break;
                case byte marker when frame is null && JpegFrame.IsFrame(marker):
                    frame = JpegFrame.Read(marker, markers.Segment);
                    frame?.CheckKind();
                    (frameOffset, height) = (markers.Offset, frame?.Height ?? 0);
                    break;
            }
        }

        firstScanEnd = firstScanEnd == 0 ? end : firstScanEnd;

        // Arithmetic data may end early and be whole (T.81, D.1.8), so that nothing but its end marker shows that it was not cut.
        bool isComplete = frame is not null && (isEnded || !frame.IsArithmetic)
            && completeness.Has(frame.Components.Length, allBits: !isEnded);
        return new JpegStructure(frame, frameOffset, height, firstScanEnd, end, isOneScan, isComplete);
    }

    private static void CheckScans(int scans, long pixels)
    {
        long most = Math.Clamp(MaxScannedPixels / Math.Max(1, pixels), MaxScansOfLargest, MaxScans);
        if (scans > most)
        {
            throw new UnsupportedImageException($"The JPEG has more than {most} scans; at its size at most {most} are read. Save it anew.");
        }
    }
}
