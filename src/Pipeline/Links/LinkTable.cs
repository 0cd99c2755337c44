using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Pipeline.Storage;

namespace Pipeline.Links;

/// <summary>The table <c>Links</c>: one row for each address, in one partition, in the order of their ids.</summary>
/// <remarks>
/// Safe to call from several threads and instances. A storage error is thrown as the client's <see cref="RequestFailedException"/> after its
/// retries.
/// </remarks>
/// <param name="tables">The storage account's tables.</param>
public sealed class LinkTable(PipelineTables tables)
{
    /// <summary>Digits of an id.</summary>
    public const int IdLength = 32;

    private const string Partition = "links";
    private const string Row = "Link";
    private const string State = "State";

    /// <summary>The id of an address: the first half of the SHA-256 of its normal form, as hexadecimal digits.</summary>
    internal static string IdOf(Uri address) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.AbsoluteUri)).AsSpan(0, IdLength / 2));

    /// <summary>A link, or null where there is none of that id.</summary>
    internal async Task<Link?> FindAsync(string id, CancellationToken cancellationToken) =>
        Read(await ReadAsync(id, cancellationToken).ConfigureAwait(false));

    /// <summary>Links in the order of their ids.</summary>
    /// <param name="after">Ids behind this one only; empty for all.</param>
    /// <param name="state">Only those that are so far; null for all.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    internal async IAsyncEnumerable<Link> ListAsync(
        string after, LinkState? state, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey gt {after}");
        if (state is { } wanted)
        {
            filter = $"{filter} and {TableClient.CreateQueryFilter($"State eq {wanted.ToJsonName()}")}";
        }

        await foreach (TableEntity entity in tables.Links.ReadAsync(filter, null, cancellationToken).ConfigureAwait(false))
        {
            if (Read(entity) is { } link)
            {
                yield return link;
            }
        }
    }

    /// <summary>Changes a link.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="change">Makes the new one of what is there, null where there is none; called again where another writer came first. It
    /// returns null to leave all as it is.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The link as it is now; null where there is none.</returns>
    internal Task<Link?> ChangeAsync(
        string id, Func<Link?, Link?> change, CancellationToken cancellationToken) => PipelineTable.RepeatAsync(
        async () =>
        {
            TableEntity? stored = await ReadAsync(id, cancellationToken).ConfigureAwait(false);
            Link? before = Read(stored);
            if (change(before) is not { } after)
            {
                return before;
            }

            await WriteAsync(after, stored?.ETag, cancellationToken).ConfigureAwait(false);
            return after;
        },
        cancellationToken);

    /// <summary>Removes a link, if it is there.</summary>
    internal Task RemoveAsync(string id, CancellationToken cancellationToken) => tables.Links.CallAsync(
        table => table.DeleteEntityAsync(Partition, id, cancellationToken: cancellationToken), cancellationToken);

    private Task<Response> WriteAsync(Link link, ETag? version, CancellationToken cancellationToken)
    {
        var entity = new TableEntity(Partition, link.Id)
        {
            [Row] = JsonSerializer.Serialize(link, JsonSerializerOptions.Web),
            [State] = link.State.ToJsonName(),
        };
        return tables.Links.CallAsync(
            table => version is { } known
                ? table.UpdateEntityAsync(entity, known, TableUpdateMode.Replace, cancellationToken)
                : table.AddEntityAsync(entity, cancellationToken),
            cancellationToken);
    }

    private Task<TableEntity?> ReadAsync(string id, CancellationToken cancellationToken) =>
        tables.Links.FindAsync(Partition, id, cancellationToken);

    // What is not of this app is passed over.
    private static Link? Read(TableEntity? entity)
    {
        try
        {
            return entity?.GetString(Row) is { } json
                && JsonSerializer.Deserialize<Link>(json, JsonSerializerOptions.Web) is { Url: not null, Versions: not null } link
                && link.Id == entity.RowKey
                ? link
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
