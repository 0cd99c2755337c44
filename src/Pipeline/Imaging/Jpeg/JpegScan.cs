namespace Pipeline.Imaging.Jpeg;

/// <summary>A scan header (ITU T.81, B.2.3).</summary>
/// <param name="Components">Positions in <see cref="JpegFrame.Components"/>, and the Huffman tables (0 to 3) of each.</param>
/// <param name="First">First coefficient in zigzag order, 0 to 63.</param>
/// <param name="Last">Last coefficient, <paramref name="First"/> to 63.</param>
/// <param name="IsRefinement">Whether it adds one bit to coefficients that an earlier scan began.</param>
/// <param name="Shift">Bits that are still to come after it, 0 to 13.</param>
internal sealed record JpegScan((int Component, int Dc, int Ac)[] Components, int First, int Last, bool IsRefinement, int Shift)
{
    /// <summary>The header; null if it contradicts itself or the frame, which libjpeg refuses too.</summary>
    public static JpegScan? Read(JpegFrame frame, ReadOnlySpan<byte> segment)
    {
        int count = segment.IsEmpty ? 0 : segment[0];
        if (count is < 1 or > 4 || segment.Length < 4 + (count * 2))
        {
            return null;
        }

        var components = new (int Component, int Dc, int Ac)[count];
        for (int i = 0; i < count; i++)
        {
            // There are files whose components all have the same id; as in libjpeg, each is then taken once, in order.
            (byte id, byte tables) = (segment[1 + (i * 2)], segment[2 + (i * 2)]);
            int index = Enumerable.Range(0, frame.Components.Length).FirstOrDefault(
                at => frame.Components[at].Id == id && !components[..i].Any(earlier => earlier.Component == at), -1);
            if (index < 0)
            {
                return null;
            }

            components[i] = (index, (tables >> 4) & 3, tables & 3);
        }

        // Sequential scans always send everything, whatever these bytes say.
        ReadOnlySpan<byte> spectral = segment[(1 + (count * 2))..];
        return !frame.IsProgressive ? new JpegScan(components, 0, 63, false, 0)
            : spectral[0] > spectral[1] || spectral[1] > 63
                || (spectral[0] == 0 ? spectral[1] != 0 : count > 1) || (spectral[2] & 15) > 13 ? null
            : new JpegScan(components, spectral[0], spectral[1], spectral[2] >> 4 != 0, spectral[2] & 15);
    }
}
