using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>The answer of /similar.</summary>
internal sealed record SimilarAnswer(
    QueryPart Query, IReadOnlyDictionary<string, ModelPart> Models, IReadOnlyList<FusedResult> Fused, TookPart Took);

/// <summary>The image that was asked about. Name is null for an uploaded one.</summary>
internal sealed record QueryPart(string? Name, int Width, int Height, string ContentHash);

/// <summary>One model's judgement. Weights is imagenet or untrained; Images is how many it compared.</summary>
internal sealed record ModelPart(string Weights, string Fingerprint, int Images, IReadOnlyList<SimilarResult> Results);

/// <summary>A stored image; Duplicate is true where its bytes are those of the query.</summary>
internal sealed record SimilarResult(string Name, float Cosine, bool Duplicate);

/// <summary>A stored image by reciprocal rank fusion; Ranks holds its rank by each model.</summary>
internal sealed record FusedResult(string Name, double Score, IReadOnlyDictionary<string, int> Ranks, bool Duplicate);

/// <summary>Where the time went, in milliseconds.</summary>
internal sealed record TookPart(double DecodeMs, double EmbedMs, double SearchMs, double TotalMs);
