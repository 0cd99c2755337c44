using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>How a model's record of an image compares with the container.</summary>
internal enum RecordStatus
{
    /// <summary>The row is of the version that is stored.</summary>
    Current,

    /// <summary>There is no row.</summary>
    Missing,

    /// <summary>The row is of another version.</summary>
    Outdated,

    /// <summary>There is no row, because this version was refused.</summary>
    Refused,

    /// <summary>There is a row, or a recorded failure, and no image.</summary>
    Gone,

    /// <summary>The row does not name an image that its key is of.</summary>
    Unreadable,
}

/// <summary>What was found about a model's record of an image.</summary>
/// <param name="Key">The image's <see cref="ImageId.Key"/>.</param>
/// <param name="Version">The model.</param>
/// <param name="Status">How its record compares.</param>
/// <param name="Id">The image; null where the record does not name one.</param>
internal sealed record RecordState(string Key, ModelVersion Version, RecordStatus Status, ImageId? Id);
