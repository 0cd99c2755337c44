namespace Pipeline.Imaging;

/// <summary>
/// From an output position to the input position it is read from, x = column, y = row, in pixels from the centre of the first one:
/// (Xx * x + Xy * y + X0, Yx * x + Yy * y + Y0).
/// </summary>
internal readonly record struct AffineMatrix(double Xx, double Xy, double X0, double Yx, double Yy, double Y0)
{
    public static AffineMatrix Rotation(double degrees)
    {
        (double sine, double cosine) = Math.SinCos(double.DegreesToRadians(degrees));
        return new AffineMatrix(cosine, -sine, 0, sine, cosine, 0);
    }

    public static AffineMatrix Shift(double x, double y) => new(1, 0, x, 0, 1, y);

    public static AffineMatrix Shear(double degrees)
    {
        (double sine, double cosine) = Math.SinCos(double.DegreesToRadians(degrees));
        return new AffineMatrix(1, -sine, 0, 0, cosine, 0);
    }

    public static AffineMatrix Zoom(double x, double y) => new(x, 0, 0, 0, y, 0);

    public static AffineMatrix operator *(AffineMatrix left, AffineMatrix right) => new(
        (left.Xx * right.Xx) + (left.Xy * right.Yx),
        (left.Xx * right.Xy) + (left.Xy * right.Yy),
        (left.Xx * right.X0) + (left.Xy * right.Y0) + left.X0,
        (left.Yx * right.Xx) + (left.Yy * right.Yx),
        (left.Yx * right.Xy) + (left.Yy * right.Yy),
        (left.Yx * right.X0) + (left.Yy * right.Y0) + left.Y0);

    /// <summary>Whether every position has one to be read from.</summary>
    public bool IsFinite => double.IsFinite(Xx + Xy + X0 + Yx + Yy + Y0);

    /// <summary>The same about the centre of an image rather than about its first pixel.</summary>
    public AffineMatrix AboutCentre(int width, int height)
    {
        (double x, double y) = ((width - 1) / 2.0, (height - 1) / 2.0);
        return Shift(x, y) * this * Shift(-x, -y);
    }
}
