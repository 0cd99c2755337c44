namespace Pipeline.Imaging.Tiff;

/// <summary>
/// Finds what white is among floating-point samples: 1, as nearly all writers have it, or 255 where levels were only converted to another
/// type and all are whole. Other ranges (high dynamic range, measurements) have no right image, and decoders disagree on them.
/// </summary>
internal sealed class FloatRange
{
    // Half a level of 8 bits: what resampling and rounding leave beyond the ends.
    private const double Rounding = 0.5 / 255;

    private double _lowest = double.PositiveInfinity;
    private double _highest = double.NegativeInfinity;
    private bool _whole = true;
    private bool _numbers = true;

    public void Add(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            _numbers &= double.IsFinite(value);
            _lowest = Math.Min(_lowest, value);
            _highest = Math.Max(_highest, value);
            _whole = _whole && value == Math.Floor(value);
        }
    }

    /// <summary>1 or 255.</summary>
    /// <exception cref="UnsupportedImageException">The samples are of another range, or not all are numbers.</exception>
    public double FindWhite()
    {
        if (!_numbers)
        {
            throw new UnsupportedImageException(
                "The TIFF has floating-point samples that are no numbers (NaN or infinite), so it is a measurement rather than an image. "
                + "Save it as 8-bit or 16-bit TIFF, or as PNG.");
        }

        if (_lowest >= -Rounding && _highest <= 1 + Rounding)
        {
            return 1;
        }

        return _whole && _lowest >= 0 && _highest <= 255 ? 255 : throw new UnsupportedImageException(FormattableString.Invariant(
            $"The TIFF has floating-point samples from {_lowest:G4} to {_highest:G4}; 0 to 1 (black to white), ")
            + "or whole numbers from 0 to 255, are read. Save it as 8-bit or 16-bit TIFF, or as PNG.");
    }
}
