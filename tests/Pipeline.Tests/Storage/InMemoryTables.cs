using System.Globalization;
using System.Text.RegularExpressions;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Pipeline.Tests.Storage;

/// <summary>
/// A storage account's tables in memory. Statuses and error codes are those that Azurite gave to the same calls of the same SDK, down to
/// what the SDK makes of them: a missing row is no error of a read or a removal, and neither is a missing table.
/// </summary>
internal sealed class InMemoryTables : TableServiceClient
{
    private readonly Dictionary<string, InMemoryTable> _tables = new(StringComparer.Ordinal);

    public InMemoryTable Embeddings => (InMemoryTable)GetTableClient("Embeddings");

    public InMemoryTable Changes => (InMemoryTable)GetTableClient("Changes");

    public InMemoryTable Tags => (InMemoryTable)GetTableClient("Tags");

    public InMemoryTable Failures => (InMemoryTable)GetTableClient("Failures");

    public override TableClient GetTableClient(string tableName)
    {
        lock (_tables)
        {
            return _tables.TryGetValue(tableName, out InMemoryTable? table) ? table : _tables[tableName] = new InMemoryTable();
        }
    }
}

/// <summary>One table of <see cref="InMemoryTables"/>.</summary>
internal sealed partial class InMemoryTable : TableClient
{
    private readonly SortedDictionary<(string Partition, string Row), TableEntity> _rows = new(Comparer<(string Partition, string Row)>
        .Create(
            (a, b) => string.CompareOrdinal(a.Partition, b.Partition) is not 0 and var order
                ? order
                : string.CompareOrdinal(a.Row, b.Row)));

    private readonly List<TableEntity> _held = [];
    private readonly Lock _lock = new();
    private bool _exists;
    private int _versions;

    /// <summary>
    /// Called before each call with what it is: <c>get KEY</c>, <c>query PARTITION</c>, <c>add KEY</c>. May throw, or take its time.
    /// </summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after a query has read its rows, before its caller has them.</summary>
    public Func<string, Task> AfterQuery { get; set; } = _ => Task.CompletedTask;

    /// <summary>True while added rows are on their way: their callers have sent them, nobody can read them.</summary>
    public bool Holds { get; set; }

    public IReadOnlyList<TableEntity> Rows
    {
        get
        {
            lock (_lock)
            {
                return [.. _rows.Values.Select(Copy)];
            }
        }
    }

    /// <summary>What was on its way arrives.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _held.ForEach(Store);
            _held.Clear();
        }
    }

    /// <summary>Writes a row past the product.</summary>
    public void Put(TableEntity entity)
    {
        lock (_lock)
        {
            Store(entity);
        }
    }

    /// <summary>Removes rows past the product.</summary>
    public void Remove(Predicate<TableEntity> which)
    {
        lock (_lock)
        {
            foreach ((string, string) key in _rows.Where(row => which(row.Value)).Select(row => row.Key).ToArray())
            {
                _rows.Remove(key);
            }
        }
    }

    /// <summary>As somebody does who starts afresh.</summary>
    public void Drop()
    {
        lock (_lock)
        {
            _rows.Clear();
            _exists = false;
        }
    }

    public override Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default)
    {
        _exists = true;
        return Task.FromResult(Response.FromValue(new TableItem("name"), new BareResponse(204)));
    }

    public override async Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
    {
        await Before($"add {entity.RowKey}");
        lock (_lock)
        {
            RequireTable();
            if (_rows.ContainsKey((entity.PartitionKey, entity.RowKey)))
            {
                throw Failed(409, TableErrorCode.EntityAlreadyExists);
            }

            if (Holds)
            {
                _held.Add((TableEntity)(object)entity);
            }
            else
            {
                Store((TableEntity)(object)entity);
            }

            return new BareResponse(204);
        }
    }

    public override async Task<Response> UpdateEntityAsync<T>(
        T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
    {
        await Before($"update {entity.RowKey}");
        lock (_lock)
        {
            RequireTable();
            TableEntity stored = _rows.GetValueOrDefault((entity.PartitionKey, entity.RowKey))
                ?? throw Failed(404, TableErrorCode.ResourceNotFound);
            RequireVersion(stored, ifMatch);
            Store((TableEntity)(object)entity);
            return new BareResponse(204);
        }
    }

    public override async Task<Response> DeleteEntityAsync(
        string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        await Before($"delete {rowKey}");
        lock (_lock)
        {
            if (!_exists || !_rows.TryGetValue((partitionKey, rowKey), out TableEntity? stored))
            {
                return new BareResponse(404);
            }

            RequireVersion(stored, ifMatch);
            _rows.Remove((partitionKey, rowKey));
            return new BareResponse(204);
        }
    }

    public override async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string>? select = null, CancellationToken cancellationToken = default)
    {
        await Before($"get {rowKey}");
        lock (_lock)
        {
            return _exists && _rows.TryGetValue((partitionKey, rowKey), out TableEntity? stored)
                ? Response.FromValue((T)(object)Copy(stored), new BareResponse(200))
                : new NothingFound<T>();
        }
    }

    public override AsyncPageable<T> QueryAsync<T>(
        string? filter = null, int? maxPerPage = null, IEnumerable<string>? select = null, CancellationToken cancellationToken = default) =>
        new Pages<T>(this, filter ?? "", maxPerPage ?? 1000);

    public override async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions, CancellationToken cancellationToken = default)
    {
        TableTransactionAction[] actions = [.. transactionActions];
        Assert.InRange(actions.Length, 1, 100);
        Assert.All(actions, action => Assert.Equal(TableTransactionActionType.Delete, action.ActionType));
        await Before("transaction");
        lock (_lock)
        {
            RequireTable();
            foreach (ITableEntity entity in actions.Select(action => action.Entity))
            {
                Assert.True(_rows.Remove((entity.PartitionKey, entity.RowKey)));
            }
        }

        return Response.FromValue<IReadOnlyList<Response>>([], new BareResponse(202));
    }

    private async Task<IReadOnlyList<TableEntity>> QueryAsync(string filter)
    {
        (string Property, string Comparison, string Value)[] terms = [.. filter.Split(" and ").Select(term =>
            Term().Match(term) is { Success: true, Groups: var groups }
                ? (groups[1].Value, groups[2].Value, groups[3].Value)
                : throw new NotSupportedException($"The filter '{filter}' is not known here."))];
        (string Property, string Comparison, string Value)[] times = [.. terms.Where(term => term.Property == "FailedAt")];
        terms = [.. terms.Except(times)];
        string partition = terms.Single(term => term.Property == "PartitionKey").Value;
        await Before($"query {partition}");
        TableEntity[] found;
        lock (_lock)
        {
            RequireTable();
            found = [.. _rows.Values
                .Where(row => terms.All(term => Holds(string.CompareOrdinal(row.GetString(term.Property), term.Value), term.Comparison)))
                .Where(row => times.All(term => Holds(
                    DateTimeOffset.Compare(
                        row.GetDateTimeOffset(term.Property) ?? default, DateTimeOffset.Parse(term.Value, CultureInfo.InvariantCulture)),
                    term.Comparison)))
                .Select(Copy)];
        }

        await AfterQuery($"query {partition}");
        return found;

        static bool Holds(int order, string comparison) => comparison switch
        {
            "eq" => order == 0,
            "ge" => order >= 0,
            "gt" => order > 0,
            "le" => order <= 0,
            _ => order < 0,
        };
    }

    [GeneratedRegex("^(PartitionKey|RowKey|FailedAt) (eq|ge|gt|le|lt) (?:datetime)?'([^']*)'$")]
    private static partial Regex Term();

    private static TableEntity Copy(TableEntity entity) => new(entity) { ETag = entity.ETag };

    private static RequestFailedException Failed(int status, TableErrorCode code) => new(status, code.ToString(), code.ToString(), null);

    private static void RequireVersion(TableEntity stored, ETag expected)
    {
        if (expected != default && expected != ETag.All && expected != stored.ETag)
        {
            throw Failed(412, TableErrorCode.UpdateConditionNotSatisfied);
        }
    }

    private void RequireTable()
    {
        if (!_exists)
        {
            throw Failed(404, TableErrorCode.TableNotFound);
        }
    }

    private void Store(TableEntity entity) =>
        _rows[(entity.PartitionKey, entity.RowKey)] = new TableEntity(entity) { ETag = new ETag($"W/\"{++_versions}\"") };

    private sealed class Pages<T>(InMemoryTable table, string filter, int size) : AsyncPageable<T> where T : notnull
    {
        public override async IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null)
        {
            IReadOnlyList<TableEntity> found = await table.QueryAsync(filter);
            foreach (TableEntity[] page in found.Chunk(size))
            {
                yield return Page<T>.FromValues([.. page.Cast<T>()], null, new BareResponse(200));
            }
        }
    }

    private sealed class NothingFound<T> : NullableResponse<T>
    {
        public override bool HasValue => false;

        public override T Value => throw new InvalidOperationException();

        public override Response GetRawResponse() => new BareResponse(404);
    }
}
