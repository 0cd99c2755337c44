namespace Pipeline.Client;

/// <summary>Which links are listed.</summary>
public sealed record LinkFilter
{
    /// <summary>Only links in this state; null for all.</summary>
    public LinkState? State { get; init; }

    /// <summary>Only links that were given all of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    internal string Query(string? token) =>
        new QueryString().With("state", State?.ToJsonName()).With("tag", Tags).With("continue", token).ToString();
}
