namespace Pipeline.Evaluation;

/// <summary>Computes the figures of the lists from what the queries found.</summary>
/// <param name="embedded">What was compared.</param>
/// <param name="comparisons">Which images are queries.</param>
/// <param name="outcomes">By list, what each query found.</param>
internal sealed class EvaluationAnalysis(EmbeddedImages embedded, Comparisons comparisons, QueryOutcome[][] outcomes)
{
    private const int MostMisses = 6;
    private const int MostPairs = 4;

    private readonly int[] _queries = [.. Enumerable.Range(0, embedded.Images.Count).Where(comparisons.IsGroupQuery)];

    /// <summary>The images that have another of their group.</summary>
    public int GroupQueries => _queries.Length;

    /// <summary>Judges a list.</summary>
    /// <param name="list">Its position.</param>
    /// <param name="key">Its name in files.</param>
    /// <param name="title">Its name for people.</param>
    /// <param name="isModel">Whether it is of one model, whose position is the same.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public JudgedList Judge(int list, string key, string title, bool isModel, CancellationToken cancellationToken) => new(
        key,
        title,
        !isModel,
        _queries.Length == 0
            ? null
            : GroupFigures.Of(
                [.. _queries.Select(query => outcomes[list][query].Figures!)], isModel ? SilhouetteOf(list, cancellationToken) : null),
        Misses(list, _queries),
        embedded.Copies.Count == 0 ? null : CopiesOf(list, isModel),
        Misses(list, Enumerable.Range(embedded.Images.Count, embedded.Copies.Count)),
        isModel ? NearestOriginals(list) : []);

    /// <summary>Each query with what it found in each list.</summary>
    public IReadOnlyList<EvaluatedQuery> Queries() =>
    [
        .. _queries.Concat(Enumerable.Range(embedded.Images.Count, embedded.Copies.Count)).Select(query => new EvaluatedQuery(
            ShownOf(query),
            query < embedded.Images.Count ? embedded.Images[query].Source.Group : null,
            [.. outcomes.Select(list => list[query])])),
    ];

    private double? SilhouetteOf(int model, CancellationToken cancellationToken)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return GroupSilhouette.Mean(
            [.. _queries.Select(query => embedded.Images[query].Vectors[model])],
            [.. _queries.Select(query => NumberOf(embedded.Images[query].Source.Group!))],
            cancellationToken);

        int NumberOf(string group)
        {
            numbers.TryAdd(group, numbers.Count);
            return numbers[group];
        }
    }

    private CopyFigures CopiesOf(int list, bool isModel)
    {
        (EmbeddedCopy Copy, QueryOutcome Outcome)[] copies =
            [.. embedded.Copies.Zip(outcomes[list].Skip(embedded.Images.Count))];
        return new CopyFigures(
            copies.Length,
            copies.Select(copy => copy.Copy.Original).Distinct().Count(),
            embedded.Images.Count,
            copies.Count(copy => copy.Outcome.RightRank == 1),
            [
                .. copies.GroupBy(copy => copy.Copy.Variant).OrderBy(variant => variant.Key).Select(variant => new VariantFigures(
                    CopyVariant.All[variant.Key].Name,
                    variant.Count(),
                    variant.Count(copy => copy.Outcome.RightRank == 1),
                    isModel ? variant.Average(copy => copy.Outcome.RightCosine) : null)),
            ],
            isModel
                ? CopyThreshold.Of(
                    [.. copies.Select(copy => copy.Outcome.RightCosine)],
                    [.. copies.Select(copy => copy.Outcome.WrongCosine)],
                    outcomes[list].Take(embedded.Images.Count).Max(outcome => outcome.TopCosine))
                : null);
    }

    private IReadOnlyList<Miss> Misses(int list, IEnumerable<int> queries) =>
    [
        .. queries
            .Where(query => outcomes[list][query].RightRank > 1)
            .OrderByDescending(query => outcomes[list][query].RightRank)
            .Take(MostMisses)
            .Select(query => MissOf(query, outcomes[list][query])),
    ];

    private Miss MissOf(int query, QueryOutcome outcome) => new(
        ShownOf(query),
        ShownOf(outcome.Top),
        CosineOf(outcome.TopCosine),
        ShownOf(outcome.Right),
        CosineOf(outcome.RightCosine),
        outcome.RightRank);

    private IReadOnlyList<NearestPair> NearestOriginals(int list) =>
    [
        .. Enumerable.Range(0, embedded.Images.Count)
            .Select(query => (First: Math.Min(query, outcomes[list][query].Top), Second: Math.Max(query, outcomes[list][query].Top), query))
            .DistinctBy(pair => (pair.First, pair.Second))
            .OrderByDescending(pair => outcomes[list][pair.query].TopCosine)
            .Take(MostPairs)
            .Select(pair => new NearestPair(ShownOf(pair.First), ShownOf(pair.Second), outcomes[list][pair.query].TopCosine)),
    ];

    private static double? CosineOf(double cosine) => double.IsNaN(cosine) ? null : cosine;

    private ShownImage ShownOf(int query)
    {
        if (query < embedded.Images.Count)
        {
            return new ShownImage(embedded.Images[query].Source.Name);
        }

        EmbeddedCopy copy = embedded.Copies[query - embedded.Images.Count];
        return new ShownImage(embedded.Images[copy.Original].Source.Name, CopyVariant.All[copy.Variant].Name);
    }
}
