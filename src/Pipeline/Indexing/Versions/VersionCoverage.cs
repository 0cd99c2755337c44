using Pipeline.Storage;

namespace Pipeline.Indexing.Versions;

/// <summary>Compares the images that two versions of a model have embedded.</summary>
internal sealed class VersionCoverage(IEmbeddings embeddings, FailureTable failures)
{
    /// <summary>
    /// Whether a version has embedded all images that the version before it has, or refused them. Both are read in the order of the keys,
    /// and only up to the first that is missing: keys are hashes, so while many are missing that is a call or two for each.
    /// </summary>
    /// <param name="next">The version that is being filled.</param>
    /// <param name="previous">The version before.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    public async Task<bool> IsCompleteAsync(ModelVersion next, ModelVersion previous, CancellationToken cancellationToken)
    {
        IAsyncEnumerator<ListedRow> embedded = embeddings
            .ListAsync(next, KeyRange.All, cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        IAsyncEnumerator<ListedRow> refused = failures
            .ListAsync(next, KeyRange.All, cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        await using (embedded.ConfigureAwait(false))
        await using (refused.ConfigureAwait(false))
        {
            var embeddedKeys = new OrderedKeys(embedded);
            var refusedKeys = new OrderedKeys(refused);
            await foreach (ListedRow image in embeddings.ListAsync(previous, KeyRange.All, cancellationToken).ConfigureAwait(false))
            {
                if (!await embeddedKeys.ContainsAsync(image.Key).ConfigureAwait(false)
                    && !await refusedKeys.ContainsAsync(image.Key).ConfigureAwait(false))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Rows in the order of their keys, which are asked for in that order too.</summary>
    private sealed class OrderedKeys(IAsyncEnumerator<ListedRow> rows)
    {
        // Empty before the first row, greater than all keys after the last.
        private string _key = "";

        public async ValueTask<bool> ContainsAsync(string key)
        {
            while (string.CompareOrdinal(_key, key) < 0)
            {
                _key = await rows.MoveNextAsync().ConfigureAwait(false) ? rows.Current.Key : KeyRange.Last;
            }

            return _key == key;
        }
    }
}
