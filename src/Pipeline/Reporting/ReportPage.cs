using System.Text;

namespace Pipeline.Reporting;

/// <summary>
/// A report as a single HTML file for people: images are embedded, plots are SVG, and there is no script and no external request. Its
/// content security policy enforces that.
/// </summary>
internal static class ReportPage
{
    /// <summary>Writes UTF-8.</summary>
    /// <param name="title">The title, of the page and above it.</param>
    /// <param name="lead">What is below the title.</param>
    /// <param name="summary">What is before the first section; may be empty.</param>
    /// <param name="sections">The sections; the page begins with links to them.</param>
    /// <param name="footer">What is at the end.</param>
    public static byte[] Write(string title, Markup lead, Markup summary, IReadOnlyList<ReportSection> sections, Markup footer)
    {
        ArgumentNullException.ThrowIfNull(sections);
        Markup html = Markup.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{ReportStyle.Policy}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title}</title>
            <link rel="icon" href="data:,">
            <style>{new Markup(ReportStyle.Css)}</style>
            </head>
            <body>
            <header>
            <h1>{title}</h1>
            {lead}
            <nav aria-label="Sections">{Markup.Lines(sections.Select(section => section.Link))}</nav>
            </header>
            <main>
            {summary}
            {Markup.Lines(sections.Select(section => section.ToHtml()))}
            </main>
            <footer>{footer}</footer>
            </body>
            </html>

            """);
        return Encoding.UTF8.GetBytes(html.Value);
    }
}
