using Pipeline.Cli.Deploy;

namespace Pipeline.Tests.Cli;

/// <summary>Commands as arguments, and as a person can paste them.</summary>
public class ShellCommandTests
{
    [Theory]
    [InlineData("a b", "'a b'")]
    [InlineData("", "''")]
    [InlineData("it's; rm -rf /", @"'it'\''s; rm -rf /'")]
    [InlineData("$(reboot)", "'$(reboot)'")]
    [InlineData("vgg16.onnx", "vgg16.onnx")]
    [InlineData("$app", "\"$app\"")]
    [InlineData("[?name=='$app'] `\"", "\"[?name=='$app'] \\`\\\"\"")]
    [InlineData("two\nlines", "'two\nlines'")]
    public void What_is_put_in_is_one_argument_and_quoted_for_a_shell(string value, string shown)
    {
        ShellCommand command = Create($"az group exists --name {value} --output tsv");

        Assert.Equal(["az", "group", "exists", "--name", value, "--output", "tsv"], command.Words);
        Assert.Equal($"az group exists --name {shown} --output tsv", command.ToString());
        Assert.Equal("az group exists", command.Title);
    }

    [Fact]
    public void Words_and_values_without_a_blank_between_are_one_argument_and_a_list_is_many()
    {
        string[] list = ["a b", "c"];

        Assert.Equal(["az", "app=one two.net", "x", "a b", "c", "--yes"], Create($"az app={"one two"}.net x {list} --yes").Words);
        Assert.Equal(["a b", "c", "", "d"], Create($"{list} {""} {"d"}").Words);
    }

    private static ShellCommand Create(ShellCommand command) => command;
}
