using CsCheck;
using Pipeline.Storage.Tags;

namespace Pipeline.Tests.Storage.Tags;

public class TagListTests
{
    [Theory]
    [InlineData("Beach", "beach")]
    [InlineData("  Summer \u00a0 2026 ", "summer 2026")]
    [InlineData("\u00c4RGER", "\u00e4rger")]
    [InlineData("project=Alpha", "project=alpha")]
    [InlineData("\U0001F468\u200D\U0001F469", "\U0001F468\u200D\U0001F469")]
    [InlineData("a/b\\c?d#e%f", "a/b\\c?d#e%f")]
    public void A_tag_is_in_lower_case_and_without_needless_blanks(string written, string stored) =>
        Assert.Equal(stored, TagList.Parse(written));

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \u00a0 ", "empty")]
    [InlineData("a,b", "comma")]
    [InlineData("a\u0000b", "cannot be shown")]
    [InlineData("a\r\nb", "cannot be shown")]
    [InlineData("tab\tis white space, but not alone", "comma")]
    [InlineData("a\u2028b", "cannot be shown")]
    [InlineData("evil\u202Egpj.exe", "cannot be shown")]
    [InlineData("half \ud83d emoji", "cannot be shown")]
    public void What_is_no_tag_is_refused_with_what_is_allowed(string written, string reason)
    {
        string message = Assert.Throws<InvalidTagException>(() => TagList.Parse(written)).Message;

        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.Contains("1 to 100 characters", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', message);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    [InlineData(300, false)]
    [InlineData(5_000_000, false)]
    public void A_tag_has_at_most_a_hundred_characters(int length, bool isAllowed)
    {
        string tag = new('a', length);
        if (isAllowed)
        {
            Assert.Equal(tag, TagList.Parse(tag));
        }
        else
        {
            Assert.InRange(Assert.Throws<InvalidTagException>(() => TagList.Parse(tag)).Message.Length, 1, 300);
        }
    }

    [Fact]
    public void An_image_has_at_most_fifty_different_tags()
    {
        IEnumerable<string> fifty = Enumerable.Range(0, 50).Select(i => $"tag {i}");

        Assert.Equal(50, TagList.Parse(fifty.Concat(fifty)).Count);
        string message = Assert.Throws<InvalidTagException>(() => TagList.Parse([.. fifty, "one more"])).Message;
        Assert.Contains("50 tags", message, StringComparison.Ordinal);
        Assert.Throws<InvalidTagException>(() => TagList.Parse(Enumerable.Range(0, 1000).Select(i => $"{i}")));
    }

    [Fact]
    public void What_is_accepted_stays_as_it_is_when_it_is_read_again() => Gen.String.Sample(text =>
    {
        string tag;
        try
        {
            tag = TagList.Parse(text);
        }
        catch (InvalidTagException)
        {
            return;
        }

        Assert.Equal(tag, TagList.Parse(tag));
        Assert.InRange(tag.Length, 1, TagList.MaxLength);
        Assert.DoesNotContain(',', tag);
    });

    [Fact]
    public void Equal_tags_are_one_and_the_order_is_ordinal() =>
        Assert.Equal(["a", "b", "\u00e9"], TagList.Parse(["B", "\u00e9", "a", "b ", "\u00c9"]));
}
