using System.Globalization;
using Pipeline.Indexing.PoisonQueue;
using Spectre.Console;

namespace Pipeline.Cli.Poison;

/// <summary>Messages of the poison queue as a table.</summary>
internal static class PoisonTables
{
    public static Table Create(IReadOnlyList<PoisonedBlob> blobs)
    {
        Table table = new Table().AddColumns("function", "blob", "ETag", "inserted (UTC)", "dequeued", "blob now", "reason");
        foreach (PoisonedBlob blob in blobs)
        {
            string[] cells =
            [
                blob.Message is { } message ? message.FunctionId[(message.FunctionId.LastIndexOf('.') + 1)..] : "",
                blob.Message?.Id.Name ?? $"message {blob.MessageId}",
                blob.Message?.ETag.Trim('"') ?? "",
                blob.InsertedOn?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "",
                blob.DequeueCount.ToString(CultureInfo.InvariantCulture),
                blob.Presence switch
                {
                    BlobPresence.Current => "there",
                    BlobPresence.Replaced => "a newer version",
                    BlobPresence.Gone => "gone",
                    _ => "",
                },
                blob.Fault is { } error ? $"not this app's: {error}" : blob.Reason ?? "none recorded",
            ];
            table.AddRow(cells.Select(cell => new Text(Sanitise(cell))));
        }

        return table;
    }

    /// <summary>Describes the outcome for a message.</summary>
    public static string Describe(ReplayResult result) => Sanitise(result.Outcome switch
    {
        ReplayOutcome.Replayed => $"{result.Message!.Id.Name}: {result.Message.ModelKey} tries it again",
        ReplayOutcome.Replaced => $"{result.Message!.Id.Name}: a newer version exists, which had its own event; the message is removed",
        ReplayOutcome.Gone => $"{result.Message!.Id.Name}: deleted; the message is removed",
        ReplayOutcome.Refused => $"{result.Message!.Id.Name}: storage refused the copy, the message stays: {result.Detail}",
        _ => $"message {result.MessageId}: left, it {result.Detail}",
    });

    /// <summary>Replaces characters that would control a terminal, because others may write to the queue.</summary>
    public static string Sanitise(string text) => string.Create(text.Length, text, (result, from) =>
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = char.IsControl(from[i]) || char.GetUnicodeCategory(from[i]) == UnicodeCategory.Format ? '\uFFFD' : from[i];
        }
    });
}
