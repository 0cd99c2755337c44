using System.Runtime.CompilerServices;
using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>A model's rows and recorded failures in a range of keys, in the order of the keys.</summary>
internal sealed record ModelRecords(ModelVersion Version, IAsyncEnumerable<ListedRow> Rows, IAsyncEnumerable<ListedRow> Failures);

/// <summary>Compares a listing with the tables by going through all of them once, side by side.</summary>
internal static class RecordMerge
{
    /// <summary>What is found of each image by each model, in the order of the keys. Nothing is kept in memory.</summary>
    /// <param name="container">The container of the images.</param>
    /// <param name="images">The images in a range of keys, in the order of the keys.</param>
    /// <param name="models">What the models have in that range.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    public static async IAsyncEnumerable<RecordState> CompareAsync(
        string container,
        IReadOnlyList<KeyedBlob> images,
        IReadOnlyList<ModelRecords> models,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (ModelVersion Version, RowCursor Rows, RowCursor Failures)[] cursors =
        [
            .. models.Select(model =>
                (model.Version, new RowCursor(model.Rows, cancellationToken), new RowCursor(model.Failures, cancellationToken))),
        ];
        try
        {
            foreach ((_, RowCursor rows, RowCursor failures) in cursors)
            {
                await rows.MoveNextAsync().ConfigureAwait(false);
                await failures.MoveNextAsync().ConfigureAwait(false);
            }

            for (int next = 0; ;)
            {
                string? key = cursors.SelectMany(cursor => new[] { cursor.Rows.Key, cursor.Failures.Key })
                    .Append(next < images.Count ? images[next].Key : null)
                    .OfType<string>()
                    .Min(StringComparer.Ordinal);
                if (key is null)
                {
                    break;
                }

                ListedBlob? image = next < images.Count && images[next].Key == key ? images[next++].Blob : null;
                foreach ((ModelVersion version, RowCursor rows, RowCursor failures) in cursors)
                {
                    ListedRow? row = await rows.TakeAsync(key).ConfigureAwait(false);
                    ListedRow? failure = await failures.TakeAsync(key).ConfigureAwait(false);
                    if (image is not null)
                    {
                        yield return new RecordState(key, version, StatusOf(image, row, failure), new ImageId(container, image.Name));
                    }
                    else if ((row ?? failure) is { } record)
                    {
                        yield return record.TryGetId(out ImageId? id)
                            ? new RecordState(key, version, RecordStatus.Gone, id)
                            : new RecordState(key, version, RecordStatus.Unreadable, null);
                    }
                }
            }
        }
        finally
        {
            foreach ((_, RowCursor rows, RowCursor failures) in cursors)
            {
                await rows.DisposeAsync().ConfigureAwait(false);
                await failures.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static RecordStatus StatusOf(ListedBlob image, ListedRow? row, ListedRow? failure) =>
        IsOf(row, image) ? RecordStatus.Current
        : IsOf(failure, image) ? RecordStatus.Refused
        : row is null ? RecordStatus.Missing
        : RecordStatus.Outdated;

    // Not every answer of the service has the quotes that belong to an ETag.
    private static bool IsOf(ListedRow? row, ListedBlob image) => row?.ImageETag?.Trim('"') == image.ImageETag.Trim('"');

    private sealed class RowCursor(IAsyncEnumerable<ListedRow> rows, CancellationToken cancellationToken) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<ListedRow> _rows = rows.GetAsyncEnumerator(cancellationToken);
        private ListedRow? _current;

        /// <summary>The key of the next row; null after the last.</summary>
        public string? Key => _current?.Key;

        public async Task MoveNextAsync() => _current = await _rows.MoveNextAsync().ConfigureAwait(false) ? _rows.Current : null;

        /// <summary>The row of a key, if that is the next.</summary>
        public async ValueTask<ListedRow?> TakeAsync(string key)
        {
            ListedRow? taken = _current;
            if (taken?.Key != key)
            {
                return null;
            }

            await MoveNextAsync().ConfigureAwait(false);
            return taken;
        }

        public ValueTask DisposeAsync() => _rows.DisposeAsync();
    }
}
