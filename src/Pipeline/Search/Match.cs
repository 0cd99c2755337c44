using Pipeline.Storage;

namespace Pipeline.Search;

/// <summary>A stored picture and how near it is to the query.</summary>
/// <param name="Record">The stored picture.</param>
/// <param name="Cosine">Cosine of the angle between the two embeddings, -1 to 1; 1 is the same direction.</param>
internal readonly record struct Match(EmbeddingRecord Record, float Cosine);
