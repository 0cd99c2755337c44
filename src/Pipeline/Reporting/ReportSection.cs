namespace Pipeline.Reporting;

/// <summary>A part of the report under its own heading.</summary>
/// <param name="Id">Its id in the page.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Body">What is below.</param>
internal sealed record ReportSection(string Id, string Title, Markup Body)
{
    public Markup Link => Markup.Of($"""<a href="#{Id}">{Title}</a>""");

    public Markup ToHtml() => Markup.Of($"""
        <section id="{Id}"><h2>{Title}</h2>
        {Body}</section>
        """);
}
