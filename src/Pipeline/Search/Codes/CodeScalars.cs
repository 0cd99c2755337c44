namespace Pipeline.Search.Codes;

/// <summary>What is kept of an embedding beside its bits.</summary>
/// <param name="Norm">L2 norm of the embedding minus the centre, 0 to 2 or little more.</param>
/// <param name="Stretch">
/// 1 / cosine of that difference with the direction its bits stand for: 1 or more, about 1.25 (the square root of pi / 2) for most.
/// </param>
internal readonly record struct CodeScalars(float Norm, float Stretch);
