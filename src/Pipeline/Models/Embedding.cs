namespace Pipeline.Models;

/// <summary>A picture as a network sees it.</summary>
/// <param name="Values">float[d], L2 norm 1; d is 4096 for VGG16's <c>fc2</c>, 2048 for ResNet50's <c>avg_pool</c>.</param>
/// <param name="Norm">The L2 norm before normalisation, above 0.</param>
public readonly record struct Embedding(ReadOnlyMemory<float> Values, float Norm);
