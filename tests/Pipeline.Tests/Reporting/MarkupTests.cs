using System.Net;
using CsCheck;
using Pipeline.Reporting;

namespace Pipeline.Tests.Reporting;

public class MarkupTests
{
    [Fact]
    public void Text_in_a_hole_stays_text() => Assert.Equal(
        "<p title=\"&lt;script&gt;&quot;&#x27;&amp;\">vase</p>", Markup.Of($"""<p title="{"<script>\"'&"}">{"vase"}</p>""").Value);

    [Fact]
    public void Markup_in_a_hole_stays_markup() =>
        Assert.Equal("<p><b>&lt;</b></p>", Markup.Of($"<p>{Markup.Of($"<b>{"<"}</b>")}</p>").Value);

    [Fact]
    public void Numbers_are_written_with_a_point() => Assert.Equal("1234.50 3", Markup.Of($"{1234.5:0.00} {3}").Value);

    [Fact]
    public void No_text_can_open_a_tag_or_close_an_attribute() => Gen.String.Sample(text =>
    {
        string encoded = Markup.Of($"{text}").Value;

        Assert.DoesNotContain(encoded, character => character is '<' or '>' or '"' or '\'');
        Assert.Equal(WellFormed(text), WebUtility.HtmlDecode(encoded));
    });

    // Half a surrogate pair is no character; the encoder writes the replacement character for it.
    private static string WellFormed(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));
}
