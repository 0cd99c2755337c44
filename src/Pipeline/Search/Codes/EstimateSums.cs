namespace Pipeline.Search.Codes;

/// <summary>Sums over the estimates of a query, from which the spread of the exact cosines follows.</summary>
/// <param name="Count">How many.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="Squares">The sum of their squares.</param>
/// <param name="Noise">The sum of the variances of their errors.</param>
internal readonly record struct EstimateSums(int Count, double Sum, double Squares, double Noise)
{
    /// <summary>The mean of the cosines, estimated. The exact one is the query's dot product with the mean of the embeddings.</summary>
    public double Mean => Count == 0 ? 0 : Sum / Count;

    /// <summary>The standard deviation of the cosines, estimated: that of the estimates, without what their errors add.</summary>
    public double Deviation => Count > 0 && ((Squares - Noise) / Count) - (Mean * Mean) is > Rounding and { } variance
        ? Math.Sqrt(variance)
        : 0;

    // What the rounding of floats leaves of equal estimates is no variance.
    private const double Rounding = 1e-10;

    public EstimateSums With(float estimate, float noise) =>
        new(Count + 1, Sum + estimate, Squares + ((double)estimate * estimate), Noise + noise);

    public static EstimateSums operator +(EstimateSums first, EstimateSums second) => new(
        first.Count + second.Count, first.Sum + second.Sum, first.Squares + second.Squares, first.Noise + second.Noise);
}
