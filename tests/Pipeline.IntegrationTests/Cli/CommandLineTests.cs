namespace Pipeline.IntegrationTests.Cli;

/// <summary>Errors that a user gets before anything is started.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("models build", "--seeded")]
    [InlineData("models build --seeded --model alexnet", "vgg16, resnet50, resnet18, not 'alexnet'")]
    [InlineData("tset", "'tset'")]
    [InlineData("test --filter Search*", "without asterisks")]
    [InlineData("bench search --images ten", "numbers from 100 to 2000000")]
    [InlineData("bench search --images 5", "numbers from 100 to 2000000")]
    public async Task A_wrong_argument_gives_a_message_and_exit_code_2(string arguments, string expected)
    {
        (int exitCode, string output) = await CommandProcess.RunAsync(arguments.Split(' '));

        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Equal(2, exitCode);
    }
}
