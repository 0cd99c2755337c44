namespace Pipeline.Imaging.Jpeg;

/// <summary>
/// Reads scans as a decoder does and keeps of every coefficient only whether it is zero, which refinement scans depend on.
/// </summary>
internal sealed class JpegCoefficients
{
    private const int LastCoefficient = 63;

    // Of 8-bit samples, quantised by 1 (ITU T.81, F.1.2).
    private const int LargestDcSize = 11;
    private const int LargestAcSize = 10;
    private const int LargestDc = 2048;

    private readonly JpegFrame _frame;
    private readonly int _mcusAcross;
    private readonly int _mcusDown;
    private readonly (int Across, int Down, int Stride)[] _blocks;
    private readonly ulong[][] _nonZero;
    private readonly int[] _dc = new int[4];
    private int _endOfBandRun;

    /// <exception cref="InvalidDataException">The frame has no size or impossible sampling factors.</exception>
    public JpegCoefficients(JpegFrame frame)
    {
        if (frame.Width == 0 || frame.Height == 0 || frame.Components.Length == 0
            || frame.Components.Any(component => component is not { Across: >= 1 and <= 4, Down: >= 1 and <= 4 }))
        {
            throw JpegDamage.Exception();
        }

        (int across, int down) = (frame.Components.Max(component => component.Across), frame.Components.Max(component => component.Down));
        _frame = frame;
        (_mcusAcross, _mcusDown) = (Ceiling(frame.Width, 8 * across), Ceiling(frame.Height, 8 * down));
        _blocks = [.. frame.Components.Select(component => (
            Ceiling(frame.Width * component.Across, 8 * across),
            Ceiling(frame.Height * component.Down, 8 * down),
            _mcusAcross * component.Across))];
        _nonZero = [.. frame.Components.Select((component, i) =>
            new ulong[frame.IsProgressive ? _blocks[i].Stride * _mcusDown * component.Down : 0])];
    }

    /// <summary>
    /// Values that no encoder writes, in scans that add detail to a progressive image. They are passed over as libjpeg does.
    /// </summary>
    public int ImpossibleDetails { get; private set; }

    /// <summary>Reads all of one scan.</summary>
    /// <param name="scan">Its header.</param>
    /// <param name="tables">Huffman tables as defined before it.</param>
    /// <param name="interval">Units between two restart markers; 0 for none.</param>
    /// <param name="bits">Its data.</param>
    /// <returns>Bytes that are left over at its end.</returns>
    /// <exception cref="InvalidDataException">Data is missing or impossible.</exception>
    public int Read(JpegScan scan, JpegHuffmanTables tables, int interval, JpegBits bits)
    {
        bool isSingle = scan.Components.Length == 1;
        (int across, int down, _) = isSingle ? _blocks[scan.Components[0].Component] : (_mcusAcross, _mcusDown, 0);
        Restart();
        for (int unit = 0; unit < across * down; unit++)
        {
            if (interval > 0 && unit > 0 && unit % interval == 0)
            {
                bits.Restart(((unit / interval) - 1) & 7);
                Restart();
            }

            (int x, int y) = (unit % across, unit / across);
            foreach ((int component, int dc, int ac) in scan.Components)
            {
                (int h, int v) = isSingle ? (1, 1) : (_frame.Components[component].Across, _frame.Components[component].Down);
                for (int i = 0; i < h * v; i++)
                {
                    int block = (((y * v) + (i / h)) * _blocks[component].Stride) + (x * h) + (i % h);
                    ReadBlock(scan, component, block, tables, dc, ac, ref bits);
                }
            }
        }

        return bits.Left;
    }

    private static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;

    private void Restart()
    {
        _endOfBandRun = 0;
        Array.Clear(_dc);
    }

    private void ReadBlock(JpegScan scan, int component, int block, JpegHuffmanTables tables, int dc, int ac, ref JpegBits bits)
    {
        if (!_frame.IsProgressive)
        {
            ReadDc(component, 0, tables.Dc(dc), ref bits);
            ReadSequential(tables.Ac(ac), ref bits);
        }
        else if (scan.First == 0 && scan.IsRefinement)
        {
            bits.Read(1);
        }
        else if (scan.First == 0)
        {
            ReadDc(component, scan.Shift, tables.Dc(dc), ref bits);
        }
        else if (scan.IsRefinement)
        {
            Refine(scan, ref _nonZero[component][block], tables.Ac(ac), ref bits);
        }
        else
        {
            ReadBand(scan, ref _nonZero[component][block], tables.Ac(ac), ref bits);
        }
    }

    private void ReadDc(int component, int shift, JpegHuffmanTable table, ref JpegBits bits)
    {
        int size = AtMost(LargestDcSize, bits.Code(table));
        int value = bits.Read(size);
        int sign = size == 0 || value >> (size - 1) != 0 ? 0 : (1 << size) - 1;
        _dc[component] += value - sign;
        AtMost(LargestDc, Math.Abs(_dc[component]) << shift);
    }

    private static void ReadSequential(JpegHuffmanTable table, ref JpegBits bits)
    {
        for (int k = 1; k <= LastCoefficient; k++)
        {
            (int run, int size) = Math.DivRem(bits.Code(table), 16);
            if (size == 0 && run < 15)
            {
                AtMost(0, run);
                return;
            }

            k = AtMost(LastCoefficient, k + run);
            bits.Read(AtMost(LargestAcSize, size));
        }
    }

    private void ReadBand(JpegScan scan, ref ulong nonZero, JpegHuffmanTable table, ref JpegBits bits)
    {
        if (_endOfBandRun > 0)
        {
            _endOfBandRun--;
            return;
        }

        for (int k = scan.First; k <= scan.Last; k++)
        {
            (int run, int size) = Math.DivRem(bits.Code(table), 16);
            if (size == 0 && run < 15)
            {
                _endOfBandRun = (1 << run) + bits.Read(run) - 1;
                return;
            }

            k = Detail(scan.Last, k + run);
            Detail(LargestAcSize, size);
            bits.Read(size);
            nonZero |= size == 0 ? 0 : 1UL << k;
        }
    }

    // ITU T.81, figure G.7: coefficients that are not zero take a correction bit as they are passed.
    private void Refine(JpegScan scan, ref ulong nonZero, JpegHuffmanTable table, ref JpegBits bits)
    {
        int k = scan.First;
        while (_endOfBandRun == 0 && k <= scan.Last)
        {
            (int run, int size) = Math.DivRem(bits.Code(table), 16);
            if (size == 0 && run < 15)
            {
                _endOfBandRun = (1 << run) + bits.Read(run);
                break;
            }

            Detail(1, size);
            bits.Read(size == 0 ? 0 : 1);
            for (; k <= scan.Last && (IsSet(nonZero, k) || run-- > 0); k++)
            {
                bits.Read(IsSet(nonZero, k) ? 1 : 0);
            }

            if (size != 0)
            {
                nonZero |= 1UL << Detail(scan.Last, k);
            }

            k++;
        }

        if (_endOfBandRun > 0)
        {
            for (; k <= scan.Last; k++)
            {
                bits.Read(IsSet(nonZero, k) ? 1 : 0);
            }

            _endOfBandRun--;
        }
    }

    private static bool IsSet(ulong nonZero, int coefficient) => ((nonZero >> coefficient) & 1) != 0;

    private int Detail(int limit, int value)
    {
        ImpossibleDetails += value > limit ? 1 : 0;
        return Math.Min(limit, value);
    }

    private static int AtMost(int limit, int value) => value <= limit ? value : throw JpegDamage.Exception();
}
