namespace Pipeline.Study;

/// <summary>How well an image sits among those that belong to it, against those that do not.</summary>
internal static class Silhouette
{
    /// <summary>
    /// Rousseeuw's silhouette (1987), with 1 - cosine for the distance: (b - a) / max(a, b), where a is the mean distance to what belongs
    /// to the image and b to what does not. 1: the first are as good as identical, next to the others. 0: both are as far. -1: the
    /// wrong ones are the near ones.
    /// </summary>
    /// <param name="near">Mean cosine with what belongs to the image, -1 to 1.</param>
    /// <param name="far">Mean cosine with what does not, -1 to 1.</param>
    /// <remarks>
    /// Only the ratio of the distances counts. So a layer that finds all images nearly alike, and one that spreads them out, can be
    /// held against each other; their cosines cannot. For a &lt; b it is (near - far) / (1 - far): the part of the way from the others to
    /// identity.
    /// </remarks>
    public static double Of(double near, double far)
    {
        (double a, double b) = (1 - near, 1 - far);
        double larger = Math.Max(a, b);
        return larger > 0 ? (b - a) / larger : 0;
    }
}
