using Pipeline.Search.Codes;
using Pipeline.Search.Segments;

namespace Pipeline.Search.Duplicates;

/// <summary>Where an image of an index is: a row of a segment.</summary>
internal readonly record struct Place(Segment Segment, int Row)
{
    public IndexedImage Image => Segment.Images[Row];

    public StoredVector Vector => Segment.Vectors[Row];

    /// <summary>Its code's scalars; only of a segment that is coded.</summary>
    public CodeScalars Scalars => Segment.Scalars.Span[Row];

    /// <summary>Its code.</summary>
    /// <param name="words">How many ulong that is.</param>
    public ReadOnlySpan<ulong> Code(int words) => Segment.Codes.Span.Slice(Row * words, words);
}
