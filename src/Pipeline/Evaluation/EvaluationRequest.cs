using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Evaluation;

/// <summary>An image to evaluate with.</summary>
/// <param name="Name">Its name, such as its path in the folder; unique.</param>
/// <param name="Group">The images that it should find; null for a distractor, which is searched and is no query.</param>
/// <param name="ReadAsync">
/// Reads its bytes; throws <see cref="InvalidImageException"/> where they cannot be read, which is counted and ends nothing.
/// </param>
internal sealed record EvaluationImage(string Name, string? Group, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> ReadAsync);

/// <summary>What to evaluate.</summary>
/// <param name="Images">The images, in the order of their names.</param>
/// <param name="Models">The models, in the order of every table.</param>
/// <param name="CopyOriginals">Of how many images copies are made and searched; 0 leaves that part out.</param>
/// <param name="CacheFolder">Where embeddings are kept, so that an interrupted evaluation continues.</param>
internal sealed record EvaluationRequest(
    IReadOnlyList<EvaluationImage> Images, IReadOnlyList<InstalledModel> Models, int CopyOriginals, string CacheFolder);

/// <summary>How far an evaluation is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Detail">What is being done, in words.</param>
internal readonly record struct EvaluationProgress(double Fraction, string Detail);
