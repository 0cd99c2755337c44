using System.CommandLine;
using Azure.Storage.Queues;
using Pipeline.Cli.Accounts;
using Pipeline.Cli.Images;
using Pipeline.Cli.Poison;
using Pipeline.Cli.Terminal;
using Pipeline.Indexing.Backfill;
using Pipeline.Indexing.PoisonQueue;
using Pipeline.Storage;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline poison</c>: lists the blobs that the Functions host gave up on, and replays them.</summary>
internal static class PoisonCommand
{
    private const string Roles =
        "The command list needs the roles Storage Queue Data Reader, Storage Blob Data Reader and Storage Table Data Reader; replay " +
        "needs Storage Queue Data Contributor and Storage Blob Data Contributor, or Storage Blob Data Owner if blobs have tags.";

    public static Command Create(CommandConsole console) =>
        new("poison", "Images that could not be embedded: list the poison queue, or replay it.")
        {
            CreateList(console),
            CreateReplay(console),
        };

    private static Command CreateList(CommandConsole console)
    {
        Option<string> storage = AccountOption.Create();
        var json = new Option<bool>("--json") { Description = "Write JSON. Default: a table." };
        var command = new Command(
            "list", "Shows the first 32 messages of the poison queue with their reasons, and changes nothing.") { storage, json };
        command.SetAction((parsed, stop) => AccountOption.RunAsync(
            parsed.GetValue(storage), Roles, opened => ListAsync(opened, parsed.GetValue(json), console, stop), stop));
        return command;
    }

    private static Command CreateReplay(CommandConsole console)
    {
        Option<string> storage = AccountOption.Create();
        var name = new Option<string>("--name") { Description = "Replay the blobs whose names start with this.", HelpName = "PREFIX" };
        var all = new Option<bool>("--all") { Description = "Replay all of them." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would be done with the first 32 messages." };
        var command = new Command(
            "replay", "Makes the function app try again: copies each blob onto itself and removes its message. " +
                "If a blob was deleted or replaced, only its message is removed.")
        {
            storage, name, all, dryRun,
        };
        command.Validators.Add(result =>
        {
            bool named = !string.IsNullOrEmpty(result.GetValue(name));
            if (named == result.GetValue(all))
            {
                result.AddError(named ? "Pass --name PREFIX or --all, not both." : "Say what to replay: pass --name PREFIX or --all.");
            }
        });
        command.SetAction((parsed, stop) =>
        {
            string prefix = parsed.GetValue(name) ?? "";
            return AccountOption.RunAsync(
                parsed.GetValue(storage),
                Roles,
                opened => parsed.GetValue(dryRun) ? DryRunAsync(opened, prefix, console, stop) : ReplayAsync(opened, prefix, console, stop),
                stop);
        });
        return command;
    }

    private static async Task<int> ListAsync(ImagesAccount storage, bool json, CommandConsole console, CancellationToken cancellationToken)
    {
        PoisonListing listing = await Reader(storage).ListAsync(cancellationToken);
        int ofBackfill = await new BackfillQueue(storage.Queues(QueueMessageEncoding.Base64)).CountPoisonAsync(cancellationToken);
        if (json)
        {
            console.Line(JsonReport.Write(PoisonReport.From(storage.Name, listing, ofBackfill)));
            return 0;
        }

        if (ofBackfill > 0)
        {
            console.Line(
                $"The queue {BackfillQueue.PoisonName} has about {ofBackfill} messages: images of a backfill that failed five times for " +
                "another reason than the image itself; the app's log has it. ./pipeline backfill clears that queue and queues them again.");
        }

        if (listing.Blobs.Count == 0)
        {
            console.Line($"The poison queue of {storage.Name} is empty.");
            return 0;
        }

        console.Write(PoisonTables.Create(listing.Blobs));
        WriteTotal(listing, console);
        return 0;
    }

    private static async Task<int> DryRunAsync(
        ImagesAccount storage, string prefix, CommandConsole console, CancellationToken cancellationToken)
    {
        PoisonListing listing = await Reader(storage).ListAsync(cancellationToken);
        int shown = 0;
        foreach (PoisonedBlob blob in listing.Blobs.Where(
            blob => blob.Message?.Id.Name.StartsWith(prefix, StringComparison.Ordinal) != false))
        {
            shown++;
            console.Line(PoisonTables.Sanitise(blob switch
            {
                { Message: null } => $"message {blob.MessageId}: would be left, it {blob.Fault}",
                { Presence: BlobPresence.Current } => $"{blob.Message.Id.Name}: {blob.Message.ModelKey} would try it again",
                { Presence: BlobPresence.Replaced } => $"{blob.Message.Id.Name}: a newer version exists; the message would be removed",
                _ => $"{blob.Message.Id.Name}: deleted; the message would be removed",
            }));
        }

        console.Line(shown == 0 ? "There is nothing to replay." : "Nothing was changed.");
        WriteTotal(listing, console);
        return 0;
    }

    private static async Task<int> ReplayAsync(
        ImagesAccount storage, string prefix, CommandConsole console, CancellationToken cancellationToken)
    {
        var progress = new ImmediateProgress(result => console.Line(PoisonTables.Describe(result)));
        IReadOnlyList<ReplayResult> results = await Replay(storage).RunAsync(
            message => message.Id.Name.StartsWith(prefix, StringComparison.Ordinal), progress, cancellationToken);
        int replayed = results.Count(result => result.Outcome == ReplayOutcome.Replayed);
        int removed = results.Count(result => result.Outcome is ReplayOutcome.Gone or ReplayOutcome.Replaced);
        int left = results.Count - replayed - removed;
        console.Line($"{replayed} replayed, {removed} removed without a replay, {left} left. " +
            "Images that fail again return to the queue after five attempts.");
        if (results.Any(result => result.Outcome == ReplayOutcome.Refused))
        {
            throw new CommandFailure("Storage refused some, see above. Their messages stay: run this again when the reason is fixed.");
        }

        return 0;
    }

    private static void WriteTotal(PoisonListing listing, CommandConsole console)
    {
        if (listing.Total > listing.Blobs.Count)
        {
            console.Line($"These are the first {listing.Blobs.Count} of about {listing.Total}; " +
                "storage shows no more without removing messages from view.");
        }
    }

    private static PoisonReader Reader(ImagesAccount account) =>
        new(Queue(account), account.Images, new FailureTable(account.Tables));

    private static PoisonReplay Replay(ImagesAccount account) => new(Queue(account), account.Images);

    // Without an encoding: a message that cannot be decoded must still be listed.
    private static QueueClient Queue(ImagesAccount account) =>
        account.Queues(QueueMessageEncoding.None).GetQueueClient(PoisonReader.QueueName);

    private sealed class ImmediateProgress(Action<ReplayResult> report) : IProgress<ReplayResult>
    {
        public void Report(ReplayResult value) => report(value);
    }
}
