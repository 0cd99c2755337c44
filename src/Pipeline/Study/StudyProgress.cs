namespace Pipeline.Study;

/// <summary>How far a study is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Detail">What is being done, in words.</param>
internal readonly record struct StudyProgress(double Fraction, string Detail);
