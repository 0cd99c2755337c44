namespace Pipeline.Models;

/// <summary>One output of a model.</summary>
/// <param name="Name">Its name, such as <c>predictions</c> or <c>block1_conv2</c>.</param>
/// <param name="Shape">N, then the output's dimensions: [N, 1000], or [N, C, H, W] of a feature map.</param>
/// <param name="Values">float[product of <paramref name="Shape"/>], row-major.</param>
internal sealed record ModelOutput(string Name, IReadOnlyList<long> Shape, ReadOnlyMemory<float> Values);
