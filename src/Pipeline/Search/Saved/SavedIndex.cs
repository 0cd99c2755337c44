using Pipeline.Search.Segments;

namespace Pipeline.Search.Saved;

/// <summary>An index as it was saved.</summary>
/// <param name="Id">Which saving it is.</param>
/// <param name="Content">What it holds; read at the moment when the log was read for it.</param>
/// <param name="Vectors">The vectors of all segments, none of which is here yet.</param>
/// <param name="Room">Bytes of the disk that were taken for them; 0 where it has no room.</param>
internal sealed record SavedIndex(string Id, IndexSnapshot Content, IReadOnlyList<SavedVectors> Vectors, long Room);
