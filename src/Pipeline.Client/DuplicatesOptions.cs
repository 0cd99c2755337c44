namespace Pipeline.Client;

/// <summary>Which images count as near-identical; what is not set is as the app has it by default.</summary>
public sealed record DuplicatesOptions
{
    /// <summary>From this cosine on two images are near-identical, 0.5 to 1; 0.98 if not set.</summary>
    public float? MinCosine { get; init; }

    /// <summary>The key of the model to compare by.</summary>
    public string? Model { get; init; }

    /// <summary>Only images whose names begin with this.</summary>
    public string? Prefix { get; init; }

    /// <summary>Only images that have all of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    internal string Query => new QueryString()
        .With("minCosine", MinCosine).With("model", Model).With("prefix", Prefix).With("tag", Tags).ToString();
}
