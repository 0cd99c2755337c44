using System.CommandLine;
using Pipeline.Cli;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Terminal;
using Spectre.Console;

namespace Pipeline.Tests.Cli;

public class CommandLineParsingTests
{
    private static readonly RootCommand Root = PipelineCommand.Create(
        new SourceTree(Repository.Root), new CommandConsole(AnsiConsole.Console, TextWriter.Null, live: false));

    [Theory]
    [InlineData("demo")]
    [InlineData("demo --keep --port 1 --samples .")]
    [InlineData("up --port 65535 --data not-there-yet")]
    [InlineData("test --filter Pipeline.Tests.Search")]
    [InlineData("models list")]
    [InlineData("models build --seeded --force --model vgg16")]
    [InlineData("models build --model resnet18 --precision int8 --calibrate samples/")]
    [InlineData("models pull --model resnet50 --precision default")]
    [InlineData("models verify")]
    [InlineData("predict samples/vase-1.jpg")]
    [InlineData("predict samples/vase-1.jpg --top 100 --json")]
    [InlineData("feature-maps samples/vase-1.jpg")]
    [InlineData("feature-maps samples/vase-1.jpg --model resnet50 --block 5 -o not-there-yet")]
    [InlineData("compare samples/vase-1.jpg samples/vase-2.jpg")]
    [InlineData("compare samples/vase-1.jpg samples/vase-2.jpg --layers vgg16:fc2 -o pair.PNG --json")]
    [InlineData("augment samples/vase-1.jpg")]
    [InlineData("augment samples/vase-1.jpg -n 100 --seed 0 -o not-there-yet")]
    [InlineData("augment --count 1 --output not-there-yet samples/vase-1.jpg")]
    [InlineData("study samples/vase-1.jpg")]
    [InlineData("study samples/vase-1.jpg samples/vase-2.jpg samples/fish-1.jpg samples/fish-2.jpg -n 0 --seed 0 -o not-there-yet")]
    [InlineData("study --published")]
    [InlineData("study --published . --count 50 --output not-there-yet")]
    [InlineData("database fill --storage stimages --model resnet50")]
    [InlineData("database verify")]
    [InlineData("backfill")]
    [InlineData("backfill --dry-run --retry-refused --storage stimages")]
    [InlineData("backfill --prefix holiday/ --model vgg16 --model resnet50 --rate 10000 --no-wait")]
    [InlineData("backfill --stop --storage UseDevelopmentStorage=true")]
    [InlineData("poison list")]
    [InlineData("poison list --storage stimages --json")]
    [InlineData("poison replay --all --storage https://stimages.queue.core.windows.net")]
    [InlineData("poison replay --name holiday/ --dry-run")]
    [InlineData("upload samples/ not-there --prefix holiday/ --tag a --tag b --overwrite --json --url http://127.0.0.1:7071")]
    [InlineData("similar samples/vase-1.jpg --top 5 --model vgg16 --min-cosine -0.5 --prefix a --tag b --json")]
    [InlineData("images --prefix a --tag b --tag c --json")]
    [InlineData("images show a/b.jpg --json")]
    [InlineData("images delete a.jpg b.jpg --yes")]
    [InlineData("tags list --prefix a --json")]
    [InlineData("tags show a.jpg")]
    [InlineData("tags set a.jpg")]
    [InlineData("tags add a.jpg one two --json")]
    [InlineData("tags remove a.jpg one --url https://app.example/api --key k")]
    [InlineData("duplicates --min-cosine 0.99 --model resnet18 --prefix a --tag b --json")]
    [InlineData("status --json --url https://app.example")]
    [InlineData("completion zsh")]
    public void What_the_help_promises_is_taken(string line) =>
        Assert.Empty(Root.Parse(line.Replace("samples/", $"{Repository.Path("samples")}/", StringComparison.Ordinal)).Errors);

    [Theory]
    [InlineData("up --port 0", "--port takes a number from 1 to 65535, not '0'.")]
    [InlineData("up --port 65536", "--port takes a number from 1 to 65535, not '65536'.")]
    [InlineData("demo --port http", "--port takes a number from 1 to 65535, not 'http'.")]
    [InlineData("predict . --top 0", "--top takes a number from 1 to 100, not '0'.")]
    [InlineData("feature-maps . --block 6", "--block takes a number from 1 to 5, not '6'.")]
    [InlineData("compare . . -o pair.jpg", "-o takes a file that ends with .png, not 'pair.jpg'.")]
    [InlineData("augment . -n 0", "-n takes a number from 1 to 100, not '0'.")]
    [InlineData("augment . -n 101", "-n takes a number from 1 to 100, not '101'.")]
    [InlineData("augment . --seed -1", "--seed takes a number from 0 to 2147483647, not '-1'.")]
    [InlineData("study", "Name an image to study, or pass --published.")]
    [InlineData("study . --published", "--published uses the study's own images: name no others.")]
    [InlineData("study . -n 51", "-n takes a number from 0 to 50, not '51'.")]
    [InlineData("models build", "Say where the weights come from: pass --seeded to draw them from a seed, or --model " +
        "resnet18 for the one that comes trained with the packages. For the others trained, run ./pipeline models pull.")]
    [InlineData("models build --model resnet18 --calibrate .", "--calibrate is for int8: pass --precision int8, too.")]
    [InlineData("models pull --labels --precision int8",
        "--labels fetches no model: leave out --no-top, --model, --force and --precision.")]
    [InlineData("backfill --rate 0", "--rate takes a number from 1 to 10000, not '0'.")]
    [InlineData("backfill --stop --rate 5", "--stop empties the queue and queues nothing: pass it alone.")]
    [InlineData("backfill --stop --dry-run", "--stop empties the queue and queues nothing: pass it alone.")]
    [InlineData("duplicates --min-cosine 0.4", "--min-cosine takes a number from 0.5 to 1, such as 0.86, not '0.4'.")]
    [InlineData("similar a --min-cosine high", "--min-cosine takes a number from -1 to 1, such as 0.86, not 'high'.")]
    [InlineData("status --url app", "--url takes the address of a function app, such as https://APP.azurewebsites.net, not 'app'.")]
    [InlineData("status --key k", "--key is for the app that --url or PIPELINE_URL names. The app of ./pipeline up needs none.")]
    [InlineData("poison replay", "Say what to replay: pass --name PREFIX or --all.")]
    [InlineData("poison replay --name a --all", "Pass --name PREFIX or --all, not both.")]
    public void An_error_gives_a_message(string line, string message) =>
        Assert.Equal(message, Assert.Single(Root.Parse(line).Errors).Message);

    [Theory]
    [InlineData("models build --seeded --model alexnet", "alexnet")]
    [InlineData("models pull --precision int4", "int4")]
    [InlineData("demo --samples not-there", "not-there")]
    [InlineData("test --filter", "--filter")]
    [InlineData("demo --speed 3", "--speed")]
    [InlineData("predict not-there.jpg", "not-there.jpg")]
    [InlineData("feature-maps . --model alexnet", "alexnet")]
    [InlineData("compare .", "compare")]
    [InlineData("compare . not-there.jpg", "not-there.jpg")]
    [InlineData("augment", "augment")]
    [InlineData("augment not-there.jpg", "not-there.jpg")]
    [InlineData("study not-there.jpg", "not-there.jpg")]
    [InlineData("upload", "upload")]
    [InlineData("tags add a.jpg", "add")]
    [InlineData("completion fish", "fish")]
    public void The_message_names_what_is_wrong(string line, string named) =>
        Assert.Contains(Root.Parse(line).Errors, error => error.Message.Contains(named, StringComparison.Ordinal));

    [Fact]
    public void Every_command_and_option_is_described() => Assert.All(Symbols(Root), symbol => Assert.NotEmpty(symbol.Description ?? ""));

    private static IEnumerable<Symbol> Symbols(Command command) =>
        [command, .. command.Options, .. command.Subcommands.SelectMany(Symbols)];
}
