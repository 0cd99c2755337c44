namespace Pipeline.Imaging;

/// <summary>
/// One augmentation, as <see cref="Augmentation.Apply"/> carries it out. The geometry says, as in Keras, where an output pixel is read
/// from.
/// </summary>
/// <param name="Rotation">Degrees; a positive one turns what is seen anticlockwise.</param>
/// <param name="ShiftX">Pixels; a positive one reads further right, so that what is seen moves left.</param>
/// <param name="ShiftY">Pixels; a positive one reads further down, so that what is seen moves up.</param>
/// <param name="Shear">Degrees.</param>
/// <param name="ZoomX">Factor along the rows; above 1 what is seen shrinks.</param>
/// <param name="ZoomY">Factor along the columns; above 1 what is seen shrinks.</param>
/// <param name="ChannelShift">Grey levels added to every value.</param>
/// <param name="FlipHorizontally">Mirrored left to right, after all else.</param>
internal readonly record struct AugmentationTransform(
    double Rotation, double ShiftX, double ShiftY, double Shear, double ZoomX, double ZoomY, double ChannelShift, bool FlipHorizontally)
{
    /// <summary>Leaves every pixel as it is.</summary>
    public static AugmentationTransform Identity { get; } = new(0, 0, 0, 0, 1, 1, 0, false);
}
