namespace Pipeline.Client;

/// <summary>What to search for; what is not set is as the app has it by default.</summary>
public sealed record SimilarOptions
{
    /// <summary>Results per list, 1 to 100; 10 if not set.</summary>
    public int? Top { get; init; }

    /// <summary>Only images with at least this cosine, -1 to 1.</summary>
    public float? MinCosine { get; init; }

    /// <summary>Only images whose names begin with this, by its exact characters.</summary>
    public string? Prefix { get; init; }

    /// <summary>Only images that have all of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The key of one model, such as <c>resnet18</c>; all if not set.</summary>
    public string? Model { get; init; }

    /// <summary>Whether a stored image may be among its own results.</summary>
    public bool? IncludeSelf { get; init; }

    /// <summary><see cref="ModelMatches.Continue"/> of a response: the next page of that model's list, the rest being the same.</summary>
    public string? Continue { get; init; }

    internal string Query => new QueryString()
        .With("top", Top)
        .With("minCosine", MinCosine)
        .With("prefix", Prefix)
        .With("tag", Tags)
        .With("model", Model)
        .With("includeSelf", IncludeSelf is { } include ? (include ? "true" : "false") : null)
        .With("continue", Continue)
        .ToString();
}
