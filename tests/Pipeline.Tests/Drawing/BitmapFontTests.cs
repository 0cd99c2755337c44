using Pipeline.Drawing;

namespace Pipeline.Tests.Drawing;

public class BitmapFontTests
{
    private static readonly char[] Printable = [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code)];

    [Fact]
    public void Every_printable_character_has_a_shape_of_its_own()
    {
        string[] shapes = [.. Printable.Select(Shape)];

        Assert.Distinct(shapes);
        Assert.DoesNotContain('#', shapes[0]);
        Assert.All(shapes.Skip(1), shape => Assert.Contains('#', shape));
    }

    [Fact]
    public void A_letter_looks_as_drawn() => Assert.Equal(
        """
        .....
        .....
        ####.
        #...#
        #...#
        #...#
        ####.
        #....
        #....

        """.ReplaceLineEndings("\n"),
        Shape('p'));

    [Theory]
    [InlineData('é')]
    [InlineData('\n')]
    [InlineData('\u007f')]
    [InlineData('猫')]
    public void Other_characters_are_question_marks(char other) => Assert.Equal(Shape('?'), Shape(other));

    [Theory]
    [InlineData("vase.jpg", 8, "vase.jpg")]
    [InlineData("vase.jpg", 7, "vase...")]
    [InlineData("a vase", 5, "a...")]
    [InlineData("vase", 3, "vas")]
    [InlineData("vase", 0, "")]
    public void A_long_text_ends_in_three_dots(string text, int letters, string expected) =>
        Assert.Equal(expected, BitmapFont.Shorten(text, letters));

    private static string Shape(char letter) => string.Concat(
        Enumerable.Range(0, BitmapFont.Height).Select(row =>
            string.Concat(
                Enumerable.Range(0, BitmapFont.Width).Select(column => BitmapFont.HasDot(letter, column, row) ? '#' : '.')) + "\n"));
}
