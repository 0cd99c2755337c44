using Pipeline.Storage;

namespace Pipeline.Indexing;

/// <summary>An image, or what is recorded of it, changed at every attempt. Thrown so that the host tries again later.</summary>
/// <param name="id">The image.</param>
/// <param name="modelKey">The model.</param>
/// <param name="turns">How many attempts there were.</param>
internal sealed class ImageContendedException(ImageId id, string modelKey, int turns)
    : Exception(
        $"'{id.Container}/{id.Name}' or its record by {modelKey} changed at each of {turns} attempts. Try again later.");
