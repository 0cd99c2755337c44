using Pipeline.Storage;

namespace Pipeline.Indexing;

/// <summary>An image, or what is recorded of it, changed each time it was looked at. Thrown so that the host tries again later.</summary>
/// <param name="id">The image.</param>
/// <param name="modelKey">The model.</param>
/// <param name="turns">How often it was looked at.</param>
internal sealed class ImageContendedException(ImageId id, string modelKey, int turns)
    : Exception(
        $"'{id.Container}/{id.Name}' or its record by {modelKey} changed each of the {turns} times it was looked at. Try again later.");
