using Pipeline.Cli.Terminal;

namespace Pipeline.Tests.Cli;

public class ShownTextTests
{
    [Theory]
    [InlineData("vase-1.jpg", "vase-1.jpg")]
    [InlineData("Käse 花瓶 👩‍🎨.jpg", "Käse 花瓶 👩‍🎨.jpg")]
    [InlineData("a\u001b[31mb", "a\\u001B[31mb")]
    [InlineData("a\nb\rc\td", "a\\u000Ab\\u000Dc\\u0009d")]
    [InlineData("a\u009bb\u007f", "a\\u009Bb\\u007F")]
    [InlineData("gpj.\u202eexe\u2066", "gpj.\\u202Eexe\\u2066")]
    public void A_name_shows_its_control_characters(string name, string shown) => Assert.Equal(shown, ShownText.OfLine(name));

    [Fact]
    public void A_message_keeps_its_lines() => Assert.Equal("a\n\tb\\u001B", ShownText.Of("a\n\tb\u001b"));
}
