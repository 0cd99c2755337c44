using System.Text;
using Pipeline.Cli.Links;

namespace Pipeline.Tests.Cli.Links;

public class BookmarkTests
{
    [Fact]
    public void Folders_and_their_parents_become_tags_and_the_bookmarks_bar_does_not()
    {
        // As Firefox writes it, with its attributes and a list that is closed by "</DL><p>".
        BookmarkList list = Read(
            """
            <!DOCTYPE NETSCAPE-Bookmark-file-1>
            <META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
            <TITLE>Bookmarks</TITLE>
            <H1>Bookmarks Menu</H1>

            <DL><p>
                <DT><A HREF="https://example.org/top" ADD_DATE="1">Top &amp; first</A>
                <DT><H3 ADD_DATE="1" PERSONAL_TOOLBAR_FOLDER="true">Bookmarks Toolbar</H3>
                <DL><p>
                    <DT><A HREF="https://example.org/bar">Bar</A>
                    <DT><H3>Summer  Trip</H3>
                    <DD>A description
                    <DL><p>
                        <DT><A HREF="https://example.org/a?b=1&amp;c=2" TAGS="Sea,old car">A</A>
                        <DT><H3>Ships, boats</H3>
                        <DL><p>
                            <DT><A HREF="https://example.org/ship">Ship</A>
                        </DL><p>
                        <DT><A HREF="https://example.org/after">After</A>
                    </DL><p>
                </DL><p>
                <DT><A HREF="https://example.org/last">Last</A>
            </DL>
            """);

        Assert.Equal(
            [
                "https://example.org/top: ",
                "https://example.org/bar: ",
                "https://example.org/a?b=1&c=2: old car, sea, summer trip",
                "https://example.org/ship: ships boats, summer trip",
                "https://example.org/after: summer trip",
                "https://example.org/last: ",
            ],
            Lines(list));
        Assert.Empty(list.LeftOut);
    }

    [Fact]
    public void What_cannot_be_fetched_is_left_out_and_counted_by_its_scheme()
    {
        BookmarkList list = Read(
            """
            <DL><DT><A HREF="javascript:alert(1)">x</A><DT><A HREF="JavaScript:alert(2)">x</A><DT><A HREF="place:sort=8">x</A>
            <DT><A HREF="file:///etc/passwd">x</A><DT><A HREF="">x</A><DT><A HREF="/relative">x</A><DT><A>no address</A>
            <DT><A HREF=" http://example.org/ ">x</A></DL>
            """);

        Assert.Equal(["http://example.org/: "], Lines(list));
        Assert.Equal(
            ["=2", "file=1", "javascript=2", "place=1"],
            list.LeftOut.Select(entry => $"{entry.Key}={entry.Value}"));
    }

    [Fact]
    public void An_address_in_several_folders_is_one_link_with_all_their_tags() => Assert.Equal(
        ["https://example.org/: a, b"],
        Lines(Read(
            """
            <DL><p><DT><H3>a</H3><DL><p><DT><A HREF="https://example.org/">x</A></DL><p>
            <DT><H3>b</H3><DL><p><DT><A HREF="https://example.org/">y</A></DL><p></DL>
            """)));

    [Theory]
    [InlineData("")]
    [InlineData("no HTML at all")]
    [InlineData("\0\u0001\u0002")]
    [InlineData("<DL><p><DT><H3>only a folder</H3><DL><p></DL>")]
    public void A_file_without_bookmarks_has_none(string text)
    {
        BookmarkList list = Read(text);

        Assert.Empty(list.Links);
        Assert.Empty(list.LeftOut);
    }

    [Theory]
    [InlineData("<DL><DT><H3>a</H3><DL><DT><A HREF='https://example.org/'>x")]
    [InlineData("<DL><DT><H3>a</H3><DL><DT><A HREF=https://example.org/ ICON='data:image/png;base64,AAAA'>x</A></DL></DL></DL></DL>")]
    [InlineData("<dl><dt><h3>A</h3><dl><dt><a href=\"https://example.org/\">x</a></dt></dl></dt></dl>")]
    [InlineData("\uFEFF<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><H3>a</H3><DL><p><DT><A HREF='https://example.org/'>")]
    [InlineData("<DL><DT><H3>a</H3><!-- <A HREF='https://no.example/'> --><DL><DT><A HREF='https://example.org/'>")]
    public void A_file_that_breaks_off_or_is_written_otherwise_is_read_as_far_as_it_goes(string text) =>
        Assert.Equal(["https://example.org/: a"], Lines(Read(text)));

    [Fact]
    public void Folders_nested_by_the_thousand_are_read_without_recursion()
    {
        const int Depth = 3_000;
        string open = string.Concat(Enumerable.Range(0, Depth).Select(i => $"<DL><p><DT><H3>f{i}</H3>"));

        BookmarkList list = Read($"{open}<DL><p><DT><A HREF=\"https://example.org/\">x</A>");

        Assert.Equal(50, Assert.Single(list.Links).Tags.Count);
    }

    [Theory]
    [InlineData("  A,B \u0007 C  ", "a b c")]
    [InlineData(",", null)]
    [InlineData("\u202Eabc", "abc")]
    [InlineData("   ", null)]
    public void The_name_of_a_folder_becomes_the_tag_that_comes_nearest(string name, string? tag) =>
        Assert.Equal(tag, BookmarkTag.Of(name));

    [Fact]
    public void A_long_name_of_a_folder_is_cut_between_characters()
    {
        Assert.Equal(new string('a', 100), BookmarkTag.Of(new string('A', 300)));
        Assert.Equal(new string('a', 99), BookmarkTag.Of($"{new string('a', 99)}\U0001F600"));
    }

    [Fact]
    public void What_is_written_is_read_again_with_all_tags_and_characters()
    {
        Link[] links =
        [
            LinkOf("https://example.org/?a=1&b=\"2\"<3>", "</A><script>alert(1)</script>", "sea", "ünder & <over>"),
            LinkOf("https://example.org/plain", null),
            LinkOf("https://example.org/c", "C", "</h3>"),
        ];

        string text = BookmarkWriter.Write(links);
        BookmarkList read = Read(text);

        Assert.Empty(read.LeftOut);
        Assert.Equal(
            links.Select(link => $"{link.Url}: {string.Join(", ", link.Tags.Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal),
            Lines(read).Order(StringComparer.Ordinal));
        Assert.StartsWith("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
    }

    private static Link LinkOf(string url, string? title, params string[] tags) => new(
        "00", url, null, LinkState.Stored, null, title, null, tags, DateTimeOffset.UnixEpoch, null, []);

    private static IEnumerable<string> Lines(BookmarkList list) => list.Links.Select(link => $"{link.Url}: {string.Join(", ", link.Tags)}");

    private static BookmarkList Read(string text)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return BookmarkReader.Read(file);
    }
}
