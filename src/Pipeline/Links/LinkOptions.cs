namespace Pipeline.Links;

/// <summary>The section <c>Links</c> of the configuration.</summary>
internal sealed class LinkOptions
{
    /// <summary>Ports that addresses may have; 80 and 443 unless others are set.</summary>
    public IList<int> Ports { get; } = [];

    /// <summary>The browser that makes snapshots of pages.</summary>
    public BrowserOptions Browser { get; } = new();

    /// <summary>
    /// For tests only: ports of 127.0.0.1 that may be reached, though no other address of a private network may. Empty in every deployment.
    /// </summary>
    public IList<int> TestPorts { get; } = [];

    /// <summary><see cref="Ports"/>, or the usual ones.</summary>
    internal IReadOnlyCollection<int> AllowedPorts => Ports.Count == 0 ? [80, 443] : [.. Ports];
}

/// <summary>The section <c>Links:Browser</c>: one of the first three, or none, and then pages are refused.</summary>
internal sealed class BrowserOptions
{
    /// <summary>Path of a Chromium or Chrome on this machine, such as <c>/usr/bin/chromium</c>.</summary>
    public string? Executable { get; set; }

    /// <summary>A browser that is installed on this machine, by Playwright's name of it: <c>chrome</c>, <c>msedge</c>.</summary>
    public string? Channel { get; set; }

    /// <summary>The WebSocket address of a browser elsewhere (Playwright server), <c>ws://</c> or <c>wss://</c>.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The whole page up to 8,000 pixels; else what 1280 x 800 pixels show of it at first.</summary>
    public bool FullPage { get; set; }

    /// <summary>
    /// Whether Chromium isolates pages from the machine. Only a container whose user is root may need it off, and is then the only wall.
    /// </summary>
    public bool Sandbox { get; set; } = true;

    /// <summary>Whether there is a browser.</summary>
    internal bool IsConfigured => Executable is { Length: > 0 } || Channel is { Length: > 0 } || Endpoint is not null;
}
