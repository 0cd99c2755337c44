namespace Pipeline.Imaging.Tiff;

/// <summary>CIE L*a*b* codes of 8 or 16 bits to sRGB, white as D50, after TIFF 6.0 section 23 and Adobe's technical notes.</summary>
/// <param name="bits">Of a code: 8 or 16.</param>
/// <param name="isIcc">Whether a* and b* are stored with an offset, as in ICC profiles, instead of signed.</param>
internal sealed class CieLab(int bits, bool isIcc)
{
    private const int Steps = 4096;

    // D50's white, and XYZ under D50 to linear sRGB (Bradford adaptation to D65), from Lindbloom's tables.
    private static readonly double[] White = [0.96422, 1, 0.82521];

    private static readonly double[] Matrix =
        [3.1338561, -1.6168667, -0.4906146, -0.9787684, 1.9161415, 0.0334540, 0.0719453, -0.2289914, 1.4052427];

    private static readonly byte[] Gamma = [.. Enumerable.Range(0, Steps + 1).Select(Encode)];

    /// <summary>byte[pixels, bands] from codes; what follows the first three bands is opacity, brought to 8 bits.</summary>
    public byte[] ToRgb(ReadOnlySpan<ushort> codes, int bands)
    {
        byte[] rgb = new byte[codes.Length];
        for (int i = 0; i < codes.Length; i += bands)
        {
            double y = (Lightness(codes[i]) + 16) / 116;
            double x = Cube(y + (Chroma(codes[i + 1]) / 500)) * White[0];
            double z = Cube(y - (Chroma(codes[i + 2]) / 200)) * White[2];
            y = Cube(y);
            for (int k = 0; k < 3; k++)
            {
                double linear = (Matrix[k * 3] * x) + (Matrix[(k * 3) + 1] * y) + (Matrix[(k * 3) + 2] * z);
                rgb[i + k] = Gamma[(int)((Math.Sqrt(Math.Clamp(linear, 0, 1)) * Steps) + 0.5)];
            }

            if (bands == 4)
            {
                rgb[i + 3] = (byte)(bits == 8 ? codes[i + 3] : codes[i + 3] >> 8);
            }
        }

        return rgb;
    }

    // 100 is the highest code; with an offset at 16 bits it is 0xFF00.
    private double Lightness(ushort code) => bits == 8 ? code / 2.55 : isIcc ? Math.Min(100, code / 652.8) : code / 655.35;

    private double Chroma(ushort code) => (bits, isIcc) switch
    {
        (8, true) => code - 128,
        (8, false) => (sbyte)(byte)code,
        (_, true) => (code / 256.0) - 128,
        _ => (short)code / 256.0,
    };

    private static double Cube(double t) => t > 6.0 / 29 ? t * t * t : 3 * (6.0 / 29) * (6.0 / 29) * (t - (4.0 / 29));

    // The table is over the square root of the linear value: as fine in the shadows as sRGB itself.
    private static byte Encode(int step)
    {
        double linear = Math.Pow(step / (double)Steps, 2);
        return (byte)(((linear <= 0.0031308 ? linear * 12.92 : (1.055 * Math.Pow(linear, 1 / 2.4)) - 0.055) * 255) + 0.5);
    }
}
