using Pipeline.Models;
using Pipeline.Search.Segments;

namespace Pipeline.Search.Duplicates;

/// <summary>Joins near-identical images of a few: the vectors of all pairs are compared.</summary>
/// <param name="vectors">Where the vectors are; those that are in the file are read once, and held for the time of the run.</param>
/// <param name="minCosine">From this cosine on two images are joined.</param>
/// <param name="places">The images.</param>
/// <param name="sets">Takes what is joined, by the images' places in <paramref name="places"/>.</param>
internal sealed class VectorJoin(VectorStore vectors, float minCosine, Place[] places, DisjointSets sets)
{
    /// <summary>Compares all pairs.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<float>[] read = Array.ConvertAll(places, place => vectors.Get(place.Vector));
        Triangle.ForEachRow(places.Length, i =>
        {
            ReadOnlySpan<float> first = read[i].Span;
            for (int j = i + 1; j < read.Length; j++)
            {
                if (!sets.AreJoined(i, j) && Embedding.Cosine(first, read[j].Span) >= minCosine)
                {
                    sets.Join(i, j);
                }
            }
        }, cancellationToken);
    }
}
