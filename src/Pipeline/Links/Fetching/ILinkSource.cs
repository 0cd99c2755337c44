namespace Pipeline.Links.Fetching;

/// <summary>What an address of the web led to.</summary>
/// <param name="Address">The address after all redirects.</param>
/// <param name="Bytes">The image's bytes as they came; of a page a PNG of it.</param>
/// <param name="IsPage">Whether it is a page, of which <paramref name="Bytes"/> is a snapshot.</param>
/// <param name="Title">The page's title; null for an image.</param>
internal sealed record FetchedLink(Uri Address, ReadOnlyMemory<byte> Bytes, bool IsPage, string? Title);

/// <summary>Why an address could not be fetched.</summary>
/// <param name="message">For people: what was wrong, what is allowed, what to do. It has no internal address and no secret.</param>
/// <param name="inner">What it came of, or null.</param>
internal sealed class LinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether another attempt later may succeed: the server did not respond in time, or said that it is overloaded.</summary>
    public bool IsWorthRetrying { get; init; }

    /// <summary>Whether it is a page, and no browser is configured that could make a snapshot.</summary>
    public bool LacksBrowser { get; init; }

    /// <summary>It is a page, and there is no browser.</summary>
    public static LinkException NoBrowser() => new(
        "The address leads to a web page, and this app has no browser to make a snapshot. Set Links__Browser__Executable to a Chromium " +
        "on the app's machine, or Links__Browser__Endpoint to one elsewhere; or give the address of an image.")
    {
        LacksBrowser = true,
    };
}

/// <summary>Fetches what an address leads to, from public addresses only.</summary>
internal interface ILinkSource
{
    /// <summary>Whether a browser is configured, so that pages can be fetched.</summary>
    bool HasBrowser { get; }

    /// <summary>Fetches an image, or makes a snapshot of a page.</summary>
    /// <param name="address">http or https.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="LinkException">It cannot be fetched.</exception>
    Task<FetchedLink> FetchAsync(Uri address, CancellationToken cancellationToken);
}
