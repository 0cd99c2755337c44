namespace Pipeline.Links.Fetching;

/// <summary>Fetches images by HTTP, and makes snapshots of pages by a browser.</summary>
/// <param name="fetcher">Requests the address.</param>
/// <param name="browser">Shows pages.</param>
internal sealed class LinkSource(LinkFetcher fetcher, PageBrowser browser) : ILinkSource
{
    /// <inheritdoc/>
    public bool HasBrowser => browser.IsConfigured;

    /// <inheritdoc/>
    public async Task<FetchedLink> FetchAsync(Uri address, CancellationToken cancellationToken)
    {
        FetchedContent content = await fetcher.FetchAsync(address, cancellationToken).ConfigureAwait(false);
        if (content.Image is { } image)
        {
            return new FetchedLink(content.Address, image, IsPage: false, null);
        }

        if (!HasBrowser)
        {
            throw new LinkException(
                "The address leads to a web page, and this app has no browser to make a snapshot. Set Links__Browser__Executable to " +
                "a Chromium on the app's machine, or Links__Browser__Endpoint to one elsewhere; or give the address of an image.")
            {
                LacksBrowser = true,
            };
        }

        PageSnapshot page = await browser.SnapshotAsync(content.Address, cancellationToken).ConfigureAwait(false);
        return new FetchedLink(page.Address, page.Png, IsPage: true, page.Title.Length > 0 ? page.Title : null);
    }
}
