namespace Pipeline.Storage;

/// <summary>A stored image as a listing of the container shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ImageETag">Its version, in quotes as every other answer of the service has it.</param>
internal sealed record ListedBlob(string Name, string ImageETag);
