using Microsoft.Extensions.Logging;
using Pipeline.Models;
using Pipeline.Search.Segments;
using Pipeline.Storage;

namespace Pipeline.Search.Saved;

/// <summary>
/// Saves a model's index if that is due, so that a new instance need not read the table. An index is saved from so many images on that it has
/// codes: fewer are read from the table in a second.
/// </summary>
public sealed partial class IndexSaving
{
    /// <summary>
    /// Younger than this, a saving with few changes since is left as it is. Two of them have to fail before one is too old for the log.
    /// </summary>
    public static readonly TimeSpan Due = TimeSpan.FromHours(5);

    // Of so many images one has to have changed.
    private const int FewOf = 100;

    private readonly SimilaritySearch _search;
    private readonly SavedIndexReader _reader;
    private readonly SavedIndexWriter _writer;
    private readonly IndexBlobs _blobs;
    private readonly ChangeLog _changes;
    private readonly TimeProvider _time;
    private readonly ILogger<IndexSaving> _logger;

    internal IndexSaving(
        SimilaritySearch search,
        SavedIndexReader reader,
        SavedIndexWriter writer,
        IndexBlobs blobs,
        ChangeLog changes,
        TimeProvider time,
        ILogger<IndexSaving> logger)
    {
        (_search, _reader, _writer, _blobs) = (search, reader, writer, blobs);
        (_changes, _time, _logger) = (changes, time, logger);
    }

    /// <summary>Saves what is due.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Ends it early; the saving before stays.</param>
    /// <returns>Whether the index was saved.</returns>
    internal async Task<bool> RunAsync(InstalledModel model, CancellationToken cancellationToken)
    {
        RenewedLease? lease = await _blobs.TryLeaseAsync(
            ModelVersion.Of(model), SavedManifest.FileName, _time, cancellationToken).ConfigureAwait(false);
        if (lease is null)
        {
            LogHeld(model.Key);
            return false;
        }

        await using (lease.ConfigureAwait(false))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
            return await SaveAsync(model, lease.Id, stop.Token).ConfigureAwait(false);
        }
    }

    private async Task<bool> SaveAsync(InstalledModel model, string leaseId, CancellationToken cancellationToken)
    {
        SavedManifest? last = null;
        try
        {
            if (await _reader.FindManifestAsync(model, cancellationToken).ConfigureAwait(false) is var (manifest, age))
            {
                last = manifest;
                if (await IsCurrentAsync(model, manifest, age, leaseId, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }
        }
        catch (SavedIndexException refused)
        {
            LogReplaced(model.Key, refused.Message);
        }

        IndexSnapshot content = await _search.IndexOf(model).GetForSavingAsync(cancellationToken).ConfigureAwait(false);
        if (content.Coder is null)
        {
            return false;
        }

        await _writer.SaveAsync(model, content, last, leaseId, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Known from the log alone, so that an app that nobody uses does not read an index to find that nothing has changed.
    private async Task<bool> IsCurrentAsync(
        InstalledModel model, SavedManifest manifest, TimeSpan age, string leaseId, CancellationToken cancellationToken)
    {
        if (age > ChangeLog.Reach)
        {
            return false;
        }

        LoggedChanges since = await _changes.ReadAsync(model, manifest.Position, cancellationToken).ConfigureAwait(false);
        if (age < Due)
        {
            return since.Keys.Count * FewOf < manifest.Segments.Sum(segment => segment.Images);
        }

        if (since.Keys.Count > 0)
        {
            return false;
        }

        await _writer.ConfirmAsync(model, manifest, leaseId, cancellationToken).ConfigureAwait(false);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The index of {Model} is being saved by another instance")]
    private partial void LogHeld(string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The saved index of {Model} is replaced: {Reason}")]
    private partial void LogReplaced(string model, string reason);
}
