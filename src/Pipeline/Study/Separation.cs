namespace Pipeline.Study;

/// <summary>Which model better separates the same object, its kind and others.</summary>
/// <param name="Layers">The result of each layer.</param>
/// <param name="Verdict">The outcome in sentences.</param>
internal sealed record Separation(IReadOnlyList<LayerSeparation> Layers, IReadOnlyList<string> Verdict)
{
    /// <summary>Measures and compares the layers.</summary>
    /// <param name="conditions">The conditions of the study.</param>
    /// <param name="variants">Cosines of A with its variants, by the layer's name.</param>
    /// <param name="kind">Cosines of A with the images of its kind.</param>
    /// <param name="others">Cosines of A with the others.</param>
    /// <returns>Null if fewer than two groups have an image, because there is nothing to separate.</returns>
    public static Separation? Of(
        StudyConditions conditions,
        IReadOnlyList<IReadOnlyDictionary<string, double>> variants,
        IReadOnlyList<IReadOnlyDictionary<string, double>> kind,
        IReadOnlyList<IReadOnlyDictionary<string, double>> others)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        IReadOnlyList<IReadOnlyDictionary<string, double>>[] groups = [variants, kind, others];
        if (groups.Count(group => group.Count > 0) < 2)
        {
            return null;
        }

        LayerSeparation[] layers =
        [
            .. conditions.Layers.Select(
                layer => LayerSeparation.Of(layer, Mean(variants, layer), Mean(kind, layer), Mean(others, layer))),
        ];
        return new Separation(layers, SeparationVerdict.Of(conditions, layers));
    }

    private static double? Mean(IReadOnlyList<IReadOnlyDictionary<string, double>> group, StudyLayer layer) =>
        group.Count == 0 ? null : group.Average(cosines => cosines[layer.Name]);
}

/// <summary>How well a layer separates the groups.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="SameObject">Mean cosine of A with its variants; null if there is none.</param>
/// <param name="SameKind">Mean cosine of A with images of its kind; null likewise.</param>
/// <param name="Other">Mean cosine of A with the others; null likewise.</param>
/// <param name="ObjectFromKind">The <see cref="Silhouette"/> of A among its variants against its kind, -1 to 1.</param>
/// <param name="ObjectFromOther">The same among its variants against the others.</param>
/// <param name="KindFromOther">The same among its kind against the others.</param>
/// <param name="Score">The mean of those of the three that exist.</param>
internal sealed record LayerSeparation(
    string Layer,
    double? SameObject,
    double? SameKind,
    double? Other,
    double? ObjectFromKind,
    double? ObjectFromOther,
    double? KindFromOther,
    double Score)
{
    /// <summary>True if the same object is nearest and others are farthest, as a person would order them.</summary>
    public bool InOrder => ObjectFromKind is null or > 0 && ObjectFromOther is null or > 0 && KindFromOther is null or > 0;

    internal static LayerSeparation Of(StudyLayer layer, double? sameObject, double? sameKind, double? other)
    {
        double? objectFromKind = Between(sameObject, sameKind);
        double? objectFromOther = Between(sameObject, other);
        double? kindFromOther = Between(sameKind, other);
        double score = new[] { objectFromKind, objectFromOther, kindFromOther }.Average()!.Value;
        return new LayerSeparation(layer.Name, sameObject, sameKind, other, objectFromKind, objectFromOther, kindFromOther, score);
    }

    private static double? Between(double? near, double? far) => near is { } a && far is { } b ? Silhouette.Of(a, b) : null;
}
