namespace Pipeline.Search.Codes;

/// <summary>What a cosine lies between.</summary>
internal readonly record struct CosineLimits(float Lower, float Upper);
