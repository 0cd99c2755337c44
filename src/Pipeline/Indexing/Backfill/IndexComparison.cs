using System.Runtime.CompilerServices;
using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>Compares the container with the tables in the order of the keys, in bounded memory.</summary>
internal sealed class IndexComparison(ImagesContainer images, IEmbeddings embeddings, FailureTable failures)
{
    /// <summary>
    /// How many images of a listing are in memory at once; a larger container is listed once for each so many. 50,000 take about 30 MB.
    /// </summary>
    public int WindowSize { get; init; } = 50_000;

    /// <summary>What is found of each image by each model, in the order of the keys.</summary>
    /// <param name="scope">Which records.</param>
    /// <param name="after">Where it begins: after this <see cref="ImageId.Key"/>; empty: with the first.</param>
    /// <param name="listed">Receives how many images the container has, once for each listing.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    public async IAsyncEnumerable<RecordState> CompareAsync(
        BackfillScope scope, string after, Action<int> listed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (after != KeyRange.Last)
        {
            var window = new KeyWindow(after, WindowSize);
            await FillAsync(window, images.ListAsync(scope.Prefix, cancellationToken)).ConfigureAwait(false);
            listed(window.Seen);

            // The tables after the listing: a row that is written meanwhile is of an image that the listing may lack, and whoever handles
            // it looks at the image as it is then.
            KeyRange range = window.Range;
            await foreach (RecordState found in RecordMerge.CompareAsync(
                images.Name, window.ToSorted(), RecordsOf(scope.Models, range, cancellationToken), cancellationToken).ConfigureAwait(false))
            {
                if (found.Id?.Name.StartsWith(scope.Prefix, StringComparison.Ordinal) ?? scope.Prefix.Length == 0)
                {
                    yield return found;
                }
            }

            after = range.UpTo;
        }
    }

    /// <summary>
    /// About how many images lack a record, from one listing of at most 5,000 and the rows of at most 500 of them. Keys are hashes, so the
    /// first 500 are as good as any.
    /// </summary>
    public async Task<IndexGap> FindGapAsync(IReadOnlyList<ModelVersion> models, CancellationToken cancellationToken)
    {
        var window = new KeyWindow("", IndexGap.MostCompared);
        await FillAsync(window, images.ListAsync("", cancellationToken).Take(IndexGap.MostListed)).ConfigureAwait(false);
        IReadOnlyList<KeyedBlob> compared = window.ToSorted();
        var lacking = new HashSet<string>(StringComparer.Ordinal);
        await foreach (RecordState found in RecordMerge.CompareAsync(
            images.Name, compared, RecordsOf(models, window.Range, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            if (found.Status is RecordStatus.Missing or RecordStatus.Outdated)
            {
                lacking.Add(found.Key);
            }
        }

        return new IndexGap(window.Seen, compared.Count == 0 ? 0 : (int)Math.Ceiling((double)lacking.Count * window.Seen / compared.Count));
    }

    private async Task FillAsync(KeyWindow window, IAsyncEnumerable<ListedBlob> listing)
    {
        await foreach (ListedBlob image in listing.ConfigureAwait(false))
        {
            window.Add(new KeyedBlob(new ImageId(images.Name, image.Name).Key, image));
        }
    }

    private ModelRecords[] RecordsOf(IReadOnlyList<ModelVersion> models, KeyRange range, CancellationToken cancellationToken) =>
    [
        .. models.Select(version => new ModelRecords(
            version,
            embeddings.ListAsync(version, range, cancellationToken),
            failures.ListAsync(version, range, cancellationToken))),
    ];
}
