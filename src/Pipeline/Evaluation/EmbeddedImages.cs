namespace Pipeline.Evaluation;

/// <summary>Everything that is compared.</summary>
/// <param name="Images">The images that were accepted, each content once, in the order of their names.</param>
/// <param name="Copies">Altered copies of some of them.</param>
/// <param name="Refused">The images that were not accepted.</param>
/// <param name="Identical">The images that were left out because their bytes are those of an earlier one.</param>
internal sealed record EmbeddedImages(
    IReadOnlyList<EmbeddedImage> Images,
    IReadOnlyList<EmbeddedCopy> Copies,
    IReadOnlyList<RefusedImage> Refused,
    IReadOnlyList<IdenticalImage> Identical);

/// <summary>An image and its embeddings.</summary>
/// <param name="Source">The image.</param>
/// <param name="ContentHash">SHA-256 of its bytes, hexadecimal.</param>
/// <param name="Vectors">float[d] of each model, L2 norm 1.</param>
internal sealed record EmbeddedImage(EvaluationImage Source, string ContentHash, IReadOnlyList<ReadOnlyMemory<float>> Vectors);

/// <summary>An altered copy and its embeddings.</summary>
/// <param name="Original">The position of its original in <see cref="EmbeddedImages.Images"/>.</param>
/// <param name="Variant">The position of the alteration in <see cref="CopyVariant.All"/>.</param>
/// <param name="Vectors">float[d] of each model, L2 norm 1.</param>
internal sealed record EmbeddedCopy(int Original, int Variant, IReadOnlyList<ReadOnlyMemory<float>> Vectors);

/// <summary>An image that was not accepted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record RefusedImage(string Name, string Reason);

/// <summary>An image whose bytes are those of another.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Of">The name of the one that stayed.</param>
internal sealed record IdenticalImage(string Name, string Of);
