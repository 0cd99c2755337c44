namespace Pipeline.Search.Segments;

/// <summary>A part of a file, which is in memory as an array of its own.</summary>
internal delegate Span<byte> SectionBytes();
