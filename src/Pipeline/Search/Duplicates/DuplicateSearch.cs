using Pipeline.Models;
using Pipeline.Search.Segments;

namespace Pipeline.Search.Duplicates;

/// <summary>The groups of near-identical images of an index.</summary>
/// <param name="Images">How many images were compared.</param>
/// <param name="Groups">
/// The largest first, of equally large ones by the name of their first image (ordinal). Each is made when it is asked for, so that however
/// many there are, one at a time takes memory.
/// </param>
internal sealed record DuplicateResult(int Images, IEnumerable<JoinedImages> Groups);

/// <summary>
/// Finds the groups of images that are joined by pairs of at least a cosine: the connected components of that graph, as if all pairs of
/// vectors were compared.
/// </summary>
internal static class DuplicateSearch
{
    /// <summary>Compares all pairs of images with each other, by all processors.</summary>
    /// <param name="snapshot">The index.</param>
    /// <param name="minCosine">-1 to 1. The lower it is, the more pairs have to be compared by their vectors.</param>
    /// <param name="filter">Which images.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <param name="codedFrom">So many images have to pass the filter for codes to be read: the vectors of fewer are compared.</param>
    public static DuplicateResult Find(
        IndexSnapshot snapshot,
        float minCosine,
        SearchFilter filter,
        CancellationToken cancellationToken,
        int codedFrom = IndexChanges.DefaultCodedFrom)
    {
        Place[] places = [.. snapshot.Segments.SelectMany(segment => Passing(segment, filter))];
        var sets = new DisjointSets(places.Length);
        if (snapshot.Coder is { } coder && places.Length >= codedFrom)
        {
            // Of images of nearly one norm the codes' limit is narrow.
            Array.Sort(Array.ConvertAll(places, place => place.Scalars.Norm), places);
            new CodeJoin(snapshot.Vectors, coder.Space.Words, minCosine, places, sets).Run(cancellationToken);
        }
        else
        {
            new VectorJoin(snapshot.Vectors, minCosine, places, sets).Run(cancellationToken);
        }

        Place[][] groups =
        [
            .. sets.Joined()
                .Select(set => set.Select(i => places[i])
                    .OrderByDescending(place => (long)place.Image.Width * place.Image.Height)
                    .ThenBy(place => place.Image.Id.Name, StringComparer.Ordinal).ToArray())
                .OrderByDescending(group => group.Length)
                .ThenBy(group => group[0].Image.Id.Name, StringComparer.Ordinal),
        ];
        return new DuplicateResult(places.Length, groups.Select(group => Compared(group, snapshot.Vectors)));
    }

    private static IEnumerable<Place> Passing(Segment segment, SearchFilter filter)
    {
        ReadOnlyMemory<ulong> searched = filter.Of(segment);
        return Enumerable.Range(0, segment.Count)
            .Where(row => (searched.Span[row / 64] >> (row % 64) & 1) != 0)
            .Select(row => new Place(segment, row));
    }

    private static JoinedImages Compared(Place[] group, VectorStore vectors)
    {
        ReadOnlyMemory<float> first = vectors.Get(group[0].Vector);
        float[] buffer = new float[first.Length];
        return new JoinedImages(
            [.. group.Select(place => new Match(place.Image, Embedding.Cosine(first.Span, vectors.Read(place.Vector, buffer))))]);
    }
}
