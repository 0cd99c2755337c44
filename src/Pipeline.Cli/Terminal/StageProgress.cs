namespace Pipeline.Cli.Terminal;

/// <summary>How far a stage is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Detail">In words, such as "12 of 24"; may be empty.</param>
internal readonly record struct StageProgress(double Fraction, string Detail);
