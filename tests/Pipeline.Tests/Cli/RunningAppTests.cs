using Pipeline.Cli;
using Pipeline.Cli.Connection;

namespace Pipeline.Tests.Cli;

public sealed class RunningAppTests : IDisposable
{
    private static readonly Uri Default = new("http://127.0.0.1:7071/");
    private static readonly Uri Other = new("http://127.0.0.1:7099/");

    private readonly SourceTree _tree = new(Directory.CreateTempSubdirectory("pipeline-running-").FullName);

    public RunningAppTests() => Directory.CreateDirectory(_tree.State);

    public void Dispose() => Directory.Delete(_tree.Root, recursive: true);

    [Fact]
    public void The_app_is_found_while_it_runs_and_afterwards_the_default_is_assumed()
    {
        var app = new RunningApp(_tree);
        Assert.Equal(Default, app.Address);

        using (app.Announce(Other))
        {
            Assert.Equal(Other, app.Address);
        }

        Assert.Equal(Default, app.Address);
    }

    [Fact]
    public void The_end_of_one_app_does_not_hide_one_that_was_started_later()
    {
        var app = new RunningApp(_tree);
        IDisposable first = app.Announce(new Uri("http://127.0.0.1:7098/"));
        using IDisposable second = app.Announce(Other);

        first.Dispose();

        Assert.Equal(Other, app.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no address")]
    [InlineData("http://app.example/")]
    public void A_file_with_something_else_is_not_believed(string content)
    {
        File.WriteAllText(Path.Combine(_tree.State, "up.address"), content);

        Assert.Equal(Default, new RunningApp(_tree).Address);
    }
}
