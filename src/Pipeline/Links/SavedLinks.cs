using Pipeline.Links.Fence;
using Pipeline.Links.Fetching;
using Pipeline.Storage.Tags;

namespace Pipeline.Links;

/// <summary>The links that were added: adds them to the queue, fetches them again, removes them with their images.</summary>
public sealed class SavedLinks
{
    private readonly LinkTable _table;
    private readonly LinkQueue _queue;
    private readonly LinkStore _store;
    private readonly AddressFence _fence;
    private readonly ILinkSource _source;
    private readonly TimeProvider _time;

    internal SavedLinks(
        LinkTable table, LinkQueue queue, LinkStore store, AddressFence fence, ILinkSource source, TimeProvider time)
    {
        (_table, _queue, _store) = (table, queue, store);
        (_fence, _source, _time) = (fence, source, time);
    }

    /// <summary>Checks a link as it is written; where it leads is found when it is fetched.</summary>
    /// <returns>The address in its normal form.</returns>
    /// <exception cref="LinkException">The address is not allowed, or a page is wanted and there is no browser.</exception>
    /// <exception cref="InvalidTagException">A tag is not allowed.</exception>
    internal Uri Check(NewLink? link)
    {
        if (link is null || link.Tags?.Contains(null) == true)
        {
            throw new LinkException("A link is null, or one of its tags is. Leave out what is not there.");
        }

        if (!Uri.TryCreate(link.Url?.Trim(), UriKind.Absolute, out Uri? address))
        {
            throw new LinkException("A link is an address that begins with http:// or https://. Write it as a browser shows it.");
        }

        _fence.Check(address);
        TagList.Parse(link.Tags ?? []);
        return link.Kind != LinkKind.Page || _source.HasBrowser ? address : throw LinkException.NoBrowser();
    }

    /// <summary>Adds a link that was checked, or adds tags to the one of its address, and queues it unless it is stored already.</summary>
    internal async Task<Link> AddAsync(NewLink link, CancellationToken cancellationToken)
    {
        Uri address = Check(link);
        IReadOnlyList<string> tags = TagList.Parse(link.Tags ?? []);
        string id = LinkTable.IdOf(address);
        Link added = (await _table.ChangeAsync(
            id,
            known => known is null
                ? new Link(id, address.AbsoluteUri, null, LinkState.Queued, null, null, null, tags, _time.GetUtcNow(), null, [])
                : known with
                {
                    Tags = TagList.Parse(known.Tags.Concat(tags)),
                    State = known.State == LinkState.Failed ? LinkState.Queued : known.State,
                    Attempts = known.State == LinkState.Failed ? 0 : known.Attempts,
                },
            cancellationToken).ConfigureAwait(false))!;
        if (added.ImageName is { } name && tags.Count > 0)
        {
            await _store.TagAsync(name, tags, cancellationToken).ConfigureAwait(false);
        }

        if (added.State == LinkState.Queued)
        {
            await _queue.SendAsync(id, cancellationToken).ConfigureAwait(false);
        }

        return added;
    }

    /// <summary>Fetches a link again.</summary>
    /// <returns>Null where there is none of that id.</returns>
    internal async Task<Link?> RefreshAsync(string id, CancellationToken cancellationToken)
    {
        Link? link = await _table.ChangeAsync(
            id, known => known is null ? null : known with { State = LinkState.Queued, Reason = null, Attempts = 0 }, cancellationToken)
            .ConfigureAwait(false);
        if (link is not null)
        {
            await _queue.SendAsync(id, cancellationToken).ConfigureAwait(false);
        }

        return link;
    }

    /// <summary>Removes a link and its image.</summary>
    /// <returns>False where there is none of that id.</returns>
    internal async Task<bool> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        if (await _table.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } link)
        {
            return false;
        }

        // The image first: an attempt that ends between the two is completed by the next.
        if (link.ImageName is { } name)
        {
            await _store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }

        await _table.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
