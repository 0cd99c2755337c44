namespace Pipeline.Imaging.Tiff;

/// <summary>
/// YCbCr codes of 8 bits to RGB, after TIFF 6.0 section 21: the file's own coefficients and reference levels, or the defaults.
/// </summary>
internal sealed class YCbCr
{
    private readonly double[] _luma;
    private readonly double[] _reference;

    public YCbCr(TiffDirectory directory)
    {
        _luma = directory.Fractions(TiffTag.YCbCrCoefficients) is { Length: 3 } luma && luma[1] > 0 ? luma : [0.299, 0.587, 0.114];
        double[] reference = directory.Fractions(TiffTag.ReferenceBlackWhite);
        bool spans = reference.Length == 6 && reference[1] > reference[0] && reference[3] > reference[2] && reference[5] > reference[4];
        _reference = spans ? reference : [0, 255, 128, 255, 128, 255];
    }

    /// <summary>byte[pixels, bands] from codes; what follows the first three bands is opacity, and stays.</summary>
    public byte[] ToRgb(ReadOnlySpan<ushort> codes, int bands)
    {
        byte[] rgb = new byte[codes.Length];
        for (int i = 0; i < codes.Length; i += bands)
        {
            double y = (codes[i] - _reference[0]) * 255 / (_reference[1] - _reference[0]);
            double cb = (codes[i + 1] - _reference[2]) * 127 / (_reference[3] - _reference[2]);
            double cr = (codes[i + 2] - _reference[4]) * 127 / (_reference[5] - _reference[4]);
            double red = y + (cr * (2 - (2 * _luma[0])));
            double blue = y + (cb * (2 - (2 * _luma[2])));
            double green = (y - (_luma[2] * blue) - (_luma[0] * red)) / _luma[1];
            (rgb[i], rgb[i + 1], rgb[i + 2]) = (Level(red), Level(green), Level(blue));
            if (bands == 4)
            {
                rgb[i + 3] = (byte)codes[i + 3];
            }
        }

        return rgb;
    }

    private static byte Level(double value) => (byte)(Math.Clamp(value, 0, 255) + 0.5);
}
