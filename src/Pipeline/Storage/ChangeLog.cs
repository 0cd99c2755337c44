using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Pipeline.Models;

namespace Pipeline.Storage;

/// <summary>
/// How far a reader has read the log of changes. It does not change, so a reader whose work fails goes on from where it was.
/// </summary>
internal sealed class LogPosition
{
    /// <summary>Before the first entry.</summary>
    public static readonly LogPosition Start = new(null, new HashSet<string>());

    /// <param name="highest">The time of the entry with the highest key that was read; null before the first.</param>
    /// <param name="seen">The entries that were read and that the next reading comes across once more.</param>
    internal LogPosition(DateTimeOffset? highest, IReadOnlySet<string> seen) => (Highest, Seen) = (highest, seen);

    /// <summary>The time of the entry with the highest key that was read, by its writer's clock; null before the first.</summary>
    internal DateTimeOffset? Highest { get; }

    /// <summary>The entries that were read and that the next reading comes across once more.</summary>
    internal IReadOnlySet<string> Seen { get; }
}

/// <summary>What a reader of the log had not seen yet.</summary>
/// <param name="Keys">The images (<see cref="ImageId.Key"/>) whose rows were written or removed: read them.</param>
/// <param name="Position">From where to read on.</param>
internal sealed record LoggedChanges(IReadOnlySet<string> Keys, LogPosition Position);

/// <summary>
/// The table <c>Changes</c>: an append-only log per model (PartitionKey <c>{model}-{fingerprint}</c>, RowKey UTC ticks and a random
/// suffix), and one of the tags (<see cref="OfTags"/>). An instance that keeps rows in memory reads only what is new: one range query,
/// whatever the number of images.
/// </summary>
/// <remarks>
/// An entry says that a row changed, not how: who comes across one that it has not seen reads the row. So entries may come twice, late and
/// out of order. A row is written before its entry, and the entry is appended again by whoever finds that it may be missing. Safe to call
/// from several threads; a storage error is thrown as the client's <see cref="RequestFailedException"/> after its retries.
/// </remarks>
/// <param name="tables">The storage account's tables.</param>
/// <param name="time">The clock.</param>
internal sealed class ChangeLog(PipelineTables tables, TimeProvider time) : IChangeLog
{
    /// <summary>How long entries are kept, by the clock of whoever trims.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(1);

    /// <summary>
    /// A reader that was away for longer reads the whole table again. Half of <see cref="Retention"/>: the other half is for the clocks of
    /// those who write and trim, which this reader cannot know.
    /// </summary>
    public static readonly TimeSpan Reach = Retention / 2;

    /// <summary>
    /// How far a reader goes back behind the highest entry it has read. Writers' clocks differ, and an entry has its time before it is
    /// sent: three tries of 20 seconds may lie between the two.
    /// </summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    /// <summary>The log of the table <c>Tags</c>. No model's version is called so.</summary>
    public const string OfTags = "tags";

    private const int TimeDigits = 19;
    private const string ImageKey = "Key";

    /// <summary>Notes that an image's row was written (<paramref name="imageETag"/>) or removed (null).</summary>
    public Task AppendAsync(InstalledModel model, string key, string? imageETag, CancellationToken cancellationToken) =>
        AppendAsync(PartitionKeys.Model(model), key, imageETag, cancellationToken);

    /// <summary>As the other, to a log by its name.</summary>
    public async Task AppendAsync(string log, string key, string? imageETag, CancellationToken cancellationToken)
    {
        var entity = new TableEntity(log, $"{RowKey(time.GetUtcNow())}-{Guid.NewGuid():N}") { [ImageKey] = key };
        if (imageETag is not null)
        {
            // For people who read the table; readers of the log do not decide by it.
            entity[EmbeddingEntity.ImageETag] = imageETag;
        }

        await tables.Changes.CallAsync(table => table.AddEntityAsync(entity, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The position after all entries that there are now. Take it before reading the table: what is written while that goes on is read
    /// after it.
    /// </summary>
    /// <remarks>
    /// The service has no way to ask for the last row, so this reads the keys of a day's entries: 1,000 a call, beside a table of which 250
    /// rows or fewer come with a call.
    /// </remarks>
    public Task<LogPosition> FindEndAsync(InstalledModel model, CancellationToken cancellationToken) =>
        FindEndAsync(PartitionKeys.Model(model), cancellationToken);

    /// <summary>As the other, of a log by its name.</summary>
    public async Task<LogPosition> FindEndAsync(string log, CancellationToken cancellationToken) =>
        (await ReadAsync(log, LogPosition.Start, cancellationToken).ConfigureAwait(false)).Position;

    /// <summary>The changes that were not among those read up to a position.</summary>
    /// <param name="model">The model.</param>
    /// <param name="position">Where the reader is.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    public Task<LoggedChanges> ReadAsync(InstalledModel model, LogPosition position, CancellationToken cancellationToken) =>
        ReadAsync(PartitionKeys.Model(model), position, cancellationToken);

    /// <summary>As the other, of a log by its name.</summary>
    public async Task<LoggedChanges> ReadAsync(string log, LogPosition position, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(position);
        string first = FirstAfter(position.Highest);
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {log} and RowKey ge {first}");
        DateTimeOffset? highest = position.Highest;
        var entries = new List<string>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        string[] columns = ["RowKey", ImageKey];
        await foreach (TableEntity entity in tables.Changes.QueryAsync(filter, columns, cancellationToken).ConfigureAwait(false))
        {
            // What nobody appends here is passed over: a key that is no time would otherwise be the highest for ever.
            if (TimeOf(entity.RowKey) is not { } at
                || !entity.TryGetValue(ImageKey, out object? value) || value is not string key || !ImageId.IsKey(key))
            {
                continue;
            }

            highest = highest is null || at > highest ? at : highest;
            entries.Add(entity.RowKey);
            if (!position.Seen.Contains(entity.RowKey))
            {
                keys.Add(key);
            }
        }

        string next = FirstAfter(highest);
        var seen = entries.Where(entry => string.CompareOrdinal(entry, next) >= 0).ToHashSet(StringComparer.Ordinal);
        return new LoggedChanges(keys, new LogPosition(highest, seen));
    }

    /// <summary>Deletes what is older than <see cref="Retention"/>.</summary>
    /// <returns>The number of entries deleted.</returns>
    public Task<int> TrimAsync(InstalledModel model, CancellationToken cancellationToken) =>
        TrimAsync(PartitionKeys.Model(model), cancellationToken);

    /// <summary>As the other, of a log by its name.</summary>
    public async Task<int> TrimAsync(string log, CancellationToken cancellationToken)
    {
        string filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {log} and RowKey lt {RowKey(time.GetUtcNow() - Retention)}");
        TableEntity[] old = await tables.Changes.QueryAsync(filter, ["PartitionKey", "RowKey"], cancellationToken)
            .ToArrayAsync(cancellationToken).ConfigureAwait(false);

        // 100 is the most that one transaction takes.
        foreach (TableEntity[] batch in old.Chunk(100))
        {
            await tables.Changes.CallAsync(
                table => table.SubmitTransactionAsync(
                    batch.Select(entity => new TableTransactionAction(TableTransactionActionType.Delete, entity)), cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }

        return old.Length;
    }

    // A writer whose clock is far ahead would pull the highest entry, and with it the start of the next reading, past what others write.
    // The reader's own clock can only hold that back: where it is wrong itself, more is read than is needed, and what was seen is known by
    // its key.
    private string FirstAfter(DateTimeOffset? highest)
    {
        if (highest is not { } at)
        {
            return RowKey(DateTimeOffset.MinValue);
        }

        DateTimeOffset now = time.GetUtcNow();
        at = at < now ? at : now;
        return RowKey(at - DateTimeOffset.MinValue > Overlap ? at - Overlap : DateTimeOffset.MinValue);
    }

    private static string RowKey(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private static DateTimeOffset? TimeOf(string rowKey) =>
        rowKey.Length >= TimeDigits
        && long.TryParse(rowKey.AsSpan(0, TimeDigits), NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
        && ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : null;
}
