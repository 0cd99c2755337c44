namespace Pipeline.Search;

/// <summary>How a query's cosines with all images are spread.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation, over all of them: 0 or more.</param>
internal readonly record struct CosineSpread(double Mean, double Deviation)
{
    /// <summary>
    /// How far a cosine is above the mean, in standard deviations. It has the same scale for every model, whatever the range of its cosines;
    /// 0 where all images are equally alike, because such a model says nothing.
    /// </summary>
    public double Standardise(double cosine) => Deviation > 0 ? (cosine - Mean) / Deviation : 0;
}

/// <summary>
/// Sums from which a spread is computed in one pass. In double precision the squares keep a spread of a millionth of the cosines.
/// </summary>
/// <param name="Count">How many cosines.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="Squares">The sum of their squares.</param>
internal readonly record struct CosineSums(int Count, double Sum, double Squares)
{
    public CosineSpread Spread
    {
        get
        {
            double mean = Count == 0 ? 0 : Sum / Count;
            double variance = Count == 0 ? 0 : (Squares / Count) - (mean * mean);

            // What rounding leaves of the sum of 10,000 equal cosines is no variance.
            return new CosineSpread(mean, variance > Rounding * mean * mean ? Math.Sqrt(variance) : 0);
        }
    }

    private const double Rounding = 1e-12;

    public CosineSums With(double cosine) => new(Count + 1, Sum + cosine, Squares + (cosine * cosine));

    public static CosineSums operator +(CosineSums first, CosineSums second) =>
        new(first.Count + second.Count, first.Sum + second.Sum, first.Squares + second.Squares);
}
