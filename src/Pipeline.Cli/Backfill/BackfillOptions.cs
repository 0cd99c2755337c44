namespace Pipeline.Cli.Backfill;

/// <summary>The options of <c>pipeline backfill</c>; its help describes them.</summary>
internal sealed record BackfillOptions(string Prefix, IReadOnlyList<string> Models, int? Rate, bool RetryRefused);
