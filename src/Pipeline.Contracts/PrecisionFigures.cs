namespace Pipeline.Contracts;

/// <summary>How near a model's embeddings are to those of its float32 form, as measured when it was made.</summary>
/// <param name="MaxCosineError">The largest difference between the cosines of a pair of images by the two.</param>
/// <param name="MeanCosineError">The mean difference over all pairs.</param>
/// <param name="Top10Overlap">The share of an image's ten nearest by float32 that are among its ten nearest by this model, 0 to 1; the mean
/// over the images. Of fewer than eleven images, all are among the nearest: then it is 1.</param>
/// <param name="Images">How many images were compared, at least 3.</param>
public sealed record PrecisionFigures(double MaxCosineError, double MeanCosineError, double Top10Overlap, int Images);
