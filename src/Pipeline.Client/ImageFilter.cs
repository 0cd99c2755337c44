namespace Pipeline.Client;

/// <summary>Which of the stored images a list has; all if nothing is set.</summary>
public sealed record ImageFilter
{
    /// <summary>Only images whose names begin with this.</summary>
    public string? Prefix { get; init; }

    /// <summary>Only images that have all of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    internal string Query(string? token) =>
        new QueryString().With("prefix", Prefix).With("tag", Tags).With("continue", token).ToString();
}
