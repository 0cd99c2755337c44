namespace Pipeline.Study;

/// <summary>How well an image fits a group, in comparison with another group.</summary>
internal static class Silhouette
{
    /// <summary>
    /// Rousseeuw's silhouette (1987), with 1 - cosine for the distance: (b - a) / max(a, b), where a is the mean distance to its own group
    /// and b to the other group. 1: its own group is almost identical, compared with the other. 0: both have the same distance. -1: the
    /// other group is the near one.
    /// </summary>
    /// <param name="near">Mean cosine with its own group, -1 to 1.</param>
    /// <param name="far">Mean cosine with the other group, -1 to 1.</param>
    /// <remarks>
    /// Only the ratio of the distances counts. So a layer that finds all images nearly alike can be compared with one that
    /// spreads them out, which is not true of their cosines. For a &lt; b it is (near - far) / (1 - far): the part of the way from the
    /// other group to identity.
    /// </remarks>
    public static double Of(double near, double far)
    {
        (double a, double b) = (1 - near, 1 - far);
        double larger = Math.Max(a, b);
        return larger > 0 ? (b - a) / larger : 0;
    }
}
