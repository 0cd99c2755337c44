namespace Pipeline.Imaging.Tiff;

/// <summary>A TIFF, of which one page is the image.</summary>
internal sealed class TiffImage : OpenedImage
{
    private readonly TiffPage _page;

    public TiffImage(byte[] encoded)
        : this(TiffLoader.FindPage(encoded))
    {
    }

    private TiffImage(TiffPage page)
        : base(
            ImageFormat.Tiff,
            page.Orientation >= 5 ? page.Height : page.Width,
            page.Orientation >= 5 ? page.Width : page.Height) => _page = page;

    /// <inheritdoc/>
    public override long Memory
    {
        get
        {
            long read = TiffLoader.EstimateMemory(_page);
            return _page.Orientation == 1 ? read : Math.Max(read, Pixels * _page.Samples * 2);
        }
    }

    /// <inheritdoc/>
    public override RgbImage Decode() => LibVips.Decode(TiffLoader.Open(_page, TiffLoader.Prepare(_page), null));

    /// <inheritdoc/>
    public override RgbImage DecodeAndReduce(int width, int height)
    {
        byte[]? prepared = TiffLoader.Prepare(_page);
        return prepared is null
            ? LibVips.ReduceWhole(TiffLoader.Open(_page, prepared, null), width, height)
            : LibVips.ReduceStrictly(access => TiffLoader.Open(_page, prepared, access), width, height);
    }
}
