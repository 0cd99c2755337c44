namespace Pipeline.Imaging;

/// <summary>What <see cref="Augmentation.Draw"/> draws from, evenly. The defaults are those of the published study.</summary>
internal sealed record AugmentationRanges
{
    /// <summary>Rotation up to this many degrees either way, 0 to 180.</summary>
    public double Rotation { get; init; } = 30;

    /// <summary>Shift along the rows up to this fraction of the width either way, 0 to 1.</summary>
    public double WidthShift { get; init; } = 0.1;

    /// <summary>Shift along the columns up to this fraction of the height either way, 0 to 1.</summary>
    public double HeightShift { get; init; } = 0.1;

    /// <summary>Shear up to this many degrees either way, 0 to below 90. Degrees, as in Keras: 0.15 is next to nothing.</summary>
    public double Shear { get; init; } = 0.15;

    /// <summary>Smallest factor of zoom, above 0; drawn apart for columns and rows.</summary>
    public double MinZoom { get; init; } = 0.9;

    /// <summary>Largest factor of zoom, at least <see cref="MinZoom"/>, at most 100.</summary>
    public double MaxZoom { get; init; } = 1.1;

    /// <summary>Shift of all values up to this many grey levels either way, 0 to 255.</summary>
    public double ChannelShift { get; init; } = 10;

    /// <summary>Whether every other image is mirrored left to right.</summary>
    public bool HorizontalFlip { get; init; } = true;

    /// <exception cref="ArgumentException">A range is none.</exception>
    internal void Require()
    {
        // Written so that NaN fails too.
        Require(Rotation is >= 0 and <= 180, nameof(Rotation), Rotation, "goes from 0 to 180 degrees");
        Require(WidthShift is >= 0 and <= 1, nameof(WidthShift), WidthShift, "is a fraction from 0 to 1");
        Require(HeightShift is >= 0 and <= 1, nameof(HeightShift), HeightShift, "is a fraction from 0 to 1");
        Require(Shear is >= 0 and < 90, nameof(Shear), Shear, "goes from 0 to below 90 degrees");
        Require(MinZoom is > 0 and <= 100, nameof(MinZoom), MinZoom, "is a factor above 0, at most 100");
        Require(MaxZoom >= MinZoom && MaxZoom <= 100, nameof(MaxZoom), MaxZoom, $"is a factor from {nameof(MinZoom)} to 100");
        Require(ChannelShift is >= 0 and <= 255, nameof(ChannelShift), ChannelShift, "goes from 0 to 255 grey levels");
    }

    private static void Require(bool holds, string name, double value, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentException(FormattableString.Invariant($"{name} {allowed}; it is {value}."));
        }
    }
}
