using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Pipeline.Imaging;
using Pipeline.Indexing.Versions;
using Pipeline.Links.Fetching;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Links;

/// <summary>
/// Fetches a link and stores what it led to. Any step may be repeated: the same bytes again are no new version, and a link that was removed
/// meanwhile is left alone.
/// </summary>
public sealed partial class LinkWorker
{
    /// <summary>How often the host gives the worker a message before it moves it to the poison queue.</summary>
    public const int MaxAttempts = 5;

    // Older versions are only remembered, not stored: their images were overwritten.
    private const int MaxVersions = 20;

    private readonly ILinkSource _source;
    private readonly LinkTable _table;
    private readonly LinkStore _store;
    private readonly ServedModels _models;
    private readonly QueryEmbedder _embedder;
    private readonly ISimilaritySearch _search;
    private readonly TimeProvider _time;
    private readonly ILogger<LinkWorker> _logger;

    internal LinkWorker(
        ILinkSource source,
        LinkTable table,
        LinkStore store,
        ServedModels models,
        QueryEmbedder embedder,
        ISimilaritySearch search,
        TimeProvider time,
        ILogger<LinkWorker> logger)
    {
        (_source, _table, _store, _models) = (source, table, store, models);
        (_embedder, _search, _time, _logger) = (embedder, search, time, logger);
    }

    /// <summary>Fetches a link.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the work early; another attempt does all of it.</param>
    /// <exception cref="LinkException">It could not be fetched, and another attempt may succeed.</exception>
    internal async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        if (await _table.ChangeAsync(id, link => link is null ? null : link with { State = LinkState.Fetching }, cancellationToken)
            .ConfigureAwait(false) is not { } link)
        {
            LogGone(id);
            return;
        }

        string host = new Uri(link.Url).Host;
        try
        {
            FetchedLink fetched = await _source.FetchAsync(new Uri(link.Url), cancellationToken).ConfigureAwait(false);
            await StoreAsync(link, fetched, cancellationToken).ConfigureAwait(false);
            LogStored(host, id);
        }
        catch (LinkException failed)
        {
            LogFailed(host, id, failed.Message);
            await NoteAsync(id, failed.Message, failed.IsWorthRetrying, cancellationToken).ConfigureAwait(false);
            if (failed.IsWorthRetrying)
            {
                throw;
            }
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await NoteAsync(id, "The app failed. Its log has the details.", isWorthRetrying: true, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private Task<Link?> NoteAsync(string id, string reason, bool isWorthRetrying, CancellationToken stop) => _table.ChangeAsync(
        id,
        now => now is null ? null : now with
        {
            State = isWorthRetrying && now.Attempts + 1 < MaxAttempts ? LinkState.Queued : LinkState.Failed,
            Reason = reason,
            FetchedAt = _time.GetUtcNow(),
            Attempts = now.Attempts + 1,
        },
        stop);

    private async Task StoreAsync(Link link, FetchedLink fetched, CancellationToken cancellationToken)
    {
        DateTimeOffset at = _time.GetUtcNow();
        ImageFormat format = ImageSignature.Find(fetched.Bytes.Span)
            ?? throw new LinkException("The address leads to no image of a kind that is accepted.");
        string name = LinkStore.NameOf(link, format);
        string hash = Convert.ToHexStringLower(SHA256.HashData(fetched.Bytes.Span));

        // Compared before the blob is overwritten, because the row of the version before goes with it.
        bool isNew = link.Versions.Count == 0 || link.Versions[^1].ContentHash != hash;
        float? cosine = isNew && link.ImageName is { } before
            ? await CompareAsync(before, fetched.Bytes, cancellationToken).ConfigureAwait(false)
            : null;
        LinkVersion[] versions =
        [
            .. isNew ? link.Versions.TakeLast(MaxVersions - 1).Append(new LinkVersion(at, hash, cosine)) : link.Versions,
        ];
        if (await _table.ChangeAsync(
            link.Id,
            now => now is null ? null : now with
            {
                Kind = fetched.IsPage ? LinkKind.Page : LinkKind.Image,
                Title = fetched.Title,
                ImageName = name,
                Versions = versions,
            },
            cancellationToken).ConfigureAwait(false) is not { } described)
        {
            return;
        }

        // Only once: a tag that somebody removed from the image does not come back by a refresh.
        if (link.ImageName is null)
        {
            await _store.TagAsync(name, described.Tags, cancellationToken).ConfigureAwait(false);
        }

        await _store.StoreAsync(name, fetched, format, at, cancellationToken).ConfigureAwait(false);
        if (link.ImageName is { } old && old != name)
        {
            await _store.DeleteAsync(old, cancellationToken).ConfigureAwait(false);
        }

        Link? stored = await _table.ChangeAsync(
            link.Id,
            now => now is null ? null : now with { State = LinkState.Stored, Reason = null, FetchedAt = at, Attempts = 0 },
            cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            // It was removed while its image was being stored.
            await _store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Null where no model has an embedding of the version before.</returns>
    private async Task<float?> CompareAsync(string before, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        InstalledModel model = FusionVotes.Of((await _models.GetAsync(cancellationToken).ConfigureAwait(false)).Serving)[0];
        var id = new ImageId(ImagesContainer.DefaultName, before);
        if (await _search.FindAsync(model, id, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return null;
        }

        QueryImage image = await _embedder.EmbedAsync(new EncodedImage(bytes), [model], cancellationToken).ConfigureAwait(false);
        return Embedding.Cosine(record.Embedding.Values.Span, image.Embeddings[0].Embedding.Values.Span);
    }

    // Hosts only: what is behind them may be a secret of whoever added the link.
    [LoggerMessage(Level = LogLevel.Information, Message = "The link {Id} to {Host} is stored")]
    private partial void LogStored(string host, string id);

    [LoggerMessage(Level = LogLevel.Information, Message = "The link {Id} is not fetched: it was removed")]
    private partial void LogGone(string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The link {Id} to {Host} could not be fetched. {Reason}")]
    private partial void LogFailed(string host, string id, string reason);
}
