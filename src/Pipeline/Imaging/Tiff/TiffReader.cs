namespace Pipeline.Imaging.Tiff;

/// <summary>
/// Reads the samples that libvips does not read, or reads as another image: floating point, 32 bits, 9 to 15 bits, L*a*b*, YCbCr that is no
/// JPEG, tiles in planes, Zstandard. A row is decompressed at a time; the image's colours and opacity are held whole.
/// </summary>
internal sealed class TiffReader
{
    private readonly TiffPage _page;
    private readonly TiffChunks _chunks;
    private readonly int _bands;

    private TiffReader(TiffPage page)
    {
        _page = page;
        _chunks = TiffChunks.Find(page);
        _bands = BandsOf(page);
    }

    /// <summary>Colours, and opacity if there is any.</summary>
    public static int BandsOf(TiffPage page) => page.Colours + (page.Alpha >= 0 ? 1 : 0);

    /// <summary>
    /// ushort[Height, Width, bands], rows as they are stored. Samples that are a share of white are brought to 0-65535; those of YCbCr and
    /// L*a*b* stay codes of their 8 or 16 bits.
    /// </summary>
    /// <exception cref="InvalidDataException">The content is damaged or ends early.</exception>
    /// <exception cref="UnsupportedImageException">The samples have a range that is not read.</exception>
    public static ushort[] Read(TiffPage page)
    {
        var reader = new TiffReader(page);
        ushort[] target = new ushort[checked(page.Width * page.Height * reader._bands)];
        if (page.Format != TiffSampleFormat.Float)
        {
            bool codes = page.IsConverted;
            double scale = codes ? 1 : ushort.MaxValue / (Math.Pow(2, page.Bits) - 1);
            reader.ReadChunks((values, at, step) => Store(values, scale, target, at, step));
            return reader.WhiteAtTop(target);
        }

        // Taken as 0 to 1 at first, which nearly always is right.
        var range = new FloatRange();
        reader.ReadChunks((values, at, step) =>
        {
            range.Add(values);
            Store(values, ushort.MaxValue, target, at, step);
        });
        double white = range.FindWhite();
        if (white != 1)
        {
            reader.ReadChunks((values, at, step) => Store(values, ushort.MaxValue / white, target, at, step));
        }

        return reader.WhiteAtTop(target);
    }

    private delegate void RowReader(ReadOnlySpan<double> values, int at, int step);

    private static void Store(ReadOnlySpan<double> values, double scale, ushort[] target, int at, int step)
    {
        foreach (double value in values)
        {
            // Held within the range before it is converted: a cast of what is beyond, or no number, gives anything.
            target[at] = (ushort)(Math.Min(ushort.MaxValue, Math.Max(0, value * scale)) + 0.5);
            at += step;
        }
    }

    private ushort[] WhiteAtTop(ushort[] target)
    {
        for (int i = 0; _page.Colour == TiffColour.MinIsWhite && i < target.Length; i += _bands)
        {
            target[i] = (ushort)(ushort.MaxValue - target[i]);
        }

        return target;
    }

    private void ReadChunks(RowReader store)
    {
        for (int chunk = 0; chunk < _chunks.Offsets.Length; chunk++)
        {
            int across = chunk % _chunks.Across;
            int down = chunk / _chunks.Across % _chunks.Down;
            int plane = chunk / _chunks.Across / _chunks.Down;
            if (_page.IsPlanar && BandOf(plane) < 0)
            {
                continue;
            }

            using Stream rows = TiffRows.Open(_page, _chunks, chunk);
            if (_page.Colour == TiffColour.YCbCr && _page.SubSampling != (1, 1))
            {
                ReadSubSampled(rows, across, down, store);
            }
            else
            {
                ReadRows(rows, across, down, plane, store);
            }
        }
    }

    private void ReadRows(Stream rows, int across, int down, int plane, RowReader store)
    {
        int perPixel = _page.IsPlanar ? 1 : _page.Samples;
        byte[] row = new byte[_chunks.RowSize(_page)];
        byte[] scratch = new byte[_page.Predictor == 3 ? row.Length : 0];
        int left = across * _chunks.Width;
        int columns = Math.Min(_chunks.Width, _page.Width - left);
        double[] values = new double[columns * perPixel];
        double[] band = new double[columns];
        for (int y = 0; y < _chunks.RowsOf(_page, down); y++)
        {
            TiffRows.ReadWhole(rows, row);
            TiffPredictor.Undo(row, _page, perPixel, scratch);
            TiffSamples.Read(row, _page, values);
            int at = (((((down * _chunks.Height) + y) * _page.Width) + left) * _bands);
            for (int sample = 0; sample < perPixel; sample++)
            {
                int target = BandOf(_page.IsPlanar ? plane : sample);
                if (target >= 0)
                {
                    for (int x = 0; x < columns; x++)
                    {
                        band[x] = values[(x * perPixel) + sample];
                    }

                    store(band, at + target, _bands);
                }
            }
        }
    }

    // TIFF 6.0 section 21: a block of Y, row by row, then its Cb and Cr.
    private void ReadSubSampled(Stream rows, int across, int down, RowReader store)
    {
        (int h, int v) = _page.SubSampling;
        int blocks = (_chunks.Width + h - 1) / h;
        byte[] line = new byte[blocks * ((h * v) + 2)];
        int left = across * _chunks.Width;
        int columns = Math.Min(_chunks.Width, _page.Width - left);
        double[] band = new double[columns];
        int count = _chunks.RowsOf(_page, down);
        for (int top = 0; top < count; top += v)
        {
            TiffRows.ReadWhole(rows, line);
            TiffPredictor.Undo(line, _page, 3, []);
            for (int y = top; y < Math.Min(top + v, count); y++)
            {
                int at = ((((down * _chunks.Height) + y) * _page.Width) + left) * 3;
                for (int channel = 0; channel < 3; channel++)
                {
                    for (int x = 0; x < columns; x++)
                    {
                        int within = channel == 0 ? ((y - top) * h) + (x % h) : (h * v) + channel - 1;
                        band[x] = line[(x / h * ((h * v) + 2)) + within];
                    }

                    store(band, at + channel, 3);
                }
            }
        }
    }

    // Colours first, then opacity; other samples are passed over.
    private int BandOf(int sample) => sample < _page.Colours ? sample : sample == _page.Alpha ? _page.Colours : -1;
}
