using Microsoft.Playwright;

namespace Pipeline.Links.Fetching;

/// <summary>Why there is no snapshot of a page, for people.</summary>
internal static class PageFailure
{
    /// <summary>It was not done within the whole time.</summary>
    public static LinkException Busy(Uri address) => new(
        $"The page at '{address.Host}' keeps the browser busy without end, so that no snapshot can be made. Give the address of an " +
        "image, or upload one.");

    /// <summary>It did not begin to load.</summary>
    public static LinkException Slow(Uri address, TimeoutException slow) => new(
        $"The page at '{address.Host}' did not load in time. Open the address in a browser, and try again if it works there.", slow)
    {
        IsWorthRetrying = true,
    };

    /// <summary>By a redirect or by its script.</summary>
    public static LinkException LeadsInside(Uri address, Exception inner) => new(
        $"The page at '{address.Host}' leads on to an address that is not allowed. Only pages on the public internet are shown; give the " +
        "address of one that stays there.",
        inner);

    /// <summary>The browser said so.</summary>
    public static LinkException Failed(Uri address, PlaywrightException failed)
    {
        if (failed.Message.Contains("Download is starting", StringComparison.Ordinal))
        {
            return new LinkException(
                $"What '{address.Host}' has there is a download for a browser, and no page. Only images and pages are fetched; download " +
                "it yourself, and upload the image that it has.",
                failed);
        }

        if (failed.Message.Contains("Driver not found", StringComparison.Ordinal))
        {
            return new LinkException(
                "This app was published without the driver of browsers. Publish it with the property BrowserDriver=true, as " +
                "docs/security.md says; or give the address of an image.",
                failed);
        }

        string reason = failed.Message.Split('\n')[0];
        return new LinkException(
            failed.Message.Contains("ERR_", StringComparison.Ordinal)
                ? $"The page at '{address.Host}' could not be shown ({reason}). Open the address in a browser, and try again if it works " +
                    "there."
                : $"The browser failed ({reason}). Check the settings Links__Browser__*; the log has more.",
            failed)
        {
            IsWorthRetrying = true,
        };
    }
}
