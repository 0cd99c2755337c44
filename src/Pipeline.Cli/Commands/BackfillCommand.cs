using System.CommandLine;
using Pipeline.Cli.Accounts;
using Pipeline.Cli.Backfill;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline backfill</c>: indexes images that were stored before the app, or before one of its models.</summary>
internal static class BackfillCommand
{
    private const int MaxRate = 10_000;

    private const string Roles =
        "The command needs the roles Storage Blob Data Reader on the container images, Storage Table Data Reader on the tables " +
        "Embeddings and Failures, Storage Queue Data Contributor on the queues image-backfill and image-backfill-poison, and Storage " +
        "Blob Data Contributor on the container index-state.";

    private const string Details =
        """
        The command compares the container with the tables and puts a message for each image and model into the queue image-backfill;
        the app embeds them on as many instances as the platform starts. It needs no event and no copy of an image. Ctrl-C stops the
        command at any time, and the next call goes on where it was; the app goes on with what is queued, until --stop empties the queue.
        An image that is indexed, or was refused in its stored version, is not queued. Where the app keeps its embeddings in a database, set
        the environment variable ImagesDatabase as the app has it.

        Examples:
          ./pipeline backfill --dry-run
          ./pipeline backfill
          ./pipeline backfill --storage ACCOUNT --prefix holiday/ --model resnet50 --rate 50
        """;

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Option<string> storage = AccountOption.Create();
        var prefix = new Option<string>("--prefix")
        {
            Description = "Only images whose names start with this. Default: all.", HelpName = "P", DefaultValueFactory = _ => "",
        };
        var models = new Option<string[]>("--model")
        {
            Description = "Only this model; may be repeated. Default: all models of the app.", HelpName = "M",
        };
        Option<int?> rate = NumberOption.Create(
            "--rate", 1, MaxRate, $"Put at most N messages a second into the queue, 1 to {MaxRate}. Default: no limit.");
        var retry = new Option<bool>("--retry-refused")
        {
            Description = "Queue also images that were refused in their stored version, as after they left the archive tier.",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only count, and say about how long it would take and what it costs." };
        var noWait = new Option<bool>("--no-wait") { Description = "End when all is queued. Default: show progress until all is indexed." };
        var stopOption = new Option<bool>("--stop") { Description = "Empty the queue, so that the app stops. What is indexed stays." };
        var command = new DetailedCommand(
            "backfill", "Indexes images that were stored before the app or one of its models, or whose events were lost.", Details)
        {
            storage, prefix, models, rate, retry, dryRun, noWait, stopOption,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(stopOption) && (result.GetValue(dryRun) || result.GetValue(retry) || result.GetResult(rate) is not null))
            {
                result.AddError("--stop empties the queue and queues nothing: pass it alone.");
            }
        });
        command.SetAction((parsed, stop) =>
        {
            var options = new BackfillOptions(
                parsed.GetValue(prefix) ?? "", parsed.GetValue(models) ?? [], parsed.GetValue(rate), parsed.GetValue(retry));
            return AccountOption.RunAsync(
                parsed.GetValue(storage),
                Roles,
                opened =>
                {
                    var run = new BackfillCommandRun(new BackfillAccount(opened, tree), options, console);
                    return parsed.GetValue(stopOption) ? run.StopAsync(stop)
                        : parsed.GetValue(dryRun) ? run.CountAsync(stop)
                        : run.RunAsync(wait: !parsed.GetValue(noWait), stop);
                },
                stop);
        });
        return command;
    }
}
