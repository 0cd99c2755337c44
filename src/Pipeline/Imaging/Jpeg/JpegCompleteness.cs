namespace Pipeline.Imaging.Jpeg;

/// <summary>
/// Which bits of which coefficients the scans of a JPEG send. libjpeg decodes what there is: a file cut between two scans gives an image
/// without detail or colour, and no warning.
/// </summary>
internal sealed class JpegCompleteness
{
    private const int Coefficients = 64;
    private const int NotSent = 255;

    private readonly byte[] _shifts = new byte[4 * Coefficients];

    public JpegCompleteness() => _shifts.AsSpan().Fill(NotSent);

    public void Add(JpegScan scan)
    {
        foreach ((int component, _, _) in scan.Components)
        {
            _shifts.AsSpan((component * Coefficients) + scan.First, scan.Last - scan.First + 1).Fill((byte)scan.Shift);
        }
    }

    /// <summary>Whether every component has its mean values, and, where it is asked for, every coefficient all its bits.</summary>
    /// <param name="components">Number of components in the frame.</param>
    /// <param name="allBits">
    /// Asked of a file without an end marker, which was perhaps cut. One with its marker may leave detail out: T.81 allows it.
    /// </param>
    public bool Has(int components, bool allBits)
    {
        for (int component = 0; component < components; component++)
        {
            ReadOnlySpan<byte> shifts = _shifts.AsSpan(component * Coefficients, Coefficients);
            if (shifts[0] == NotSent || (allBits && shifts.ContainsAnyExcept((byte)0)))
            {
                return false;
            }
        }

        return true;
    }
}
