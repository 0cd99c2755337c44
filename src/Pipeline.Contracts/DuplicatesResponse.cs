namespace Pipeline.Contracts;

/// <summary>The response of <c>/api/duplicates</c>. It is written group by group, and can be read so.</summary>
/// <param name="Model">The key of the model by which the images were compared.</param>
/// <param name="Weights">Untrained ones give random results.</param>
/// <param name="Fingerprint">What the embeddings were made with.</param>
/// <param name="MinCosine">From this cosine on two images count as near-identical.</param>
/// <param name="Images">How many images were compared, each with each.</param>
/// <param name="Took">Where the time went.</param>
/// <param name="Groups">The largest first; empty where no two images are near-identical.</param>
public sealed record DuplicatesResponse(
    string Model,
    WeightsOrigin Weights,
    string Fingerprint,
    float MinCosine,
    int Images,
    DuplicatesTimes Took,
    IEnumerable<DuplicateGroup> Groups);

/// <summary>Images that are joined by pairs of near-identical ones, each with the next.</summary>
/// <param name="HighestCosine">The highest cosine of another image with the first.</param>
/// <param name="LowestCosine">The lowest one. It may be below the limit: two images may be in a group by way of others only.</param>
/// <param name="Images">Two or more; the one with the most pixels first, equally large ones by name.</param>
public sealed record DuplicateGroup(float HighestCosine, float LowestCosine, IReadOnlyList<DuplicateImage> Images);

/// <summary>An image of a group.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Width">Width of the upright image, in pixels.</param>
/// <param name="Height">Height of it.</param>
/// <param name="Cosine">Cosine of the angle between its embedding and that of the group's first image, -1 to 1.</param>
/// <param name="Identical">Whether its bytes are those of the group's first image; true for that one.</param>
/// <param name="Tags">Its tags, in ordinal order.</param>
/// <param name="Url">
/// Where its bytes are: signed, at the storage account, for a quarter of an hour; or the app's own, beginning with <c>/api/content/</c>.
/// </param>
/// <param name="ThumbnailUrl">Where a small JPEG of it is, beginning with <c>/api/thumbnails/</c>.</param>
public sealed record DuplicateImage(
    string Name,
    int Width,
    int Height,
    float Cosine,
    bool Identical,
    IReadOnlyList<string> Tags,
    string Url,
    string ThumbnailUrl);

/// <summary>Milliseconds; the response is written after that.</summary>
/// <param name="IndexMs">Reading the index.</param>
/// <param name="CompareMs">Comparing all pairs of images.</param>
public sealed record DuplicatesTimes(double IndexMs, double CompareMs);
