using System.Globalization;
using System.Text;
using Pgvector;
using Pipeline.Storage.Postgres;

namespace Pipeline.Search.Postgres;

/// <summary>The conditions of one statement, and the values that they refer to as <c>$1</c>, <c>$2</c> and so on.</summary>
internal sealed class SearchSql
{
    private readonly List<object> _values = [];

    /// <summary>The values, in their order.</summary>
    public object[] Values => [.. _values];

    /// <summary>Adds a value.</summary>
    /// <returns>How the statement names it.</returns>
    public string Add(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
    }

    /// <summary>The exact cosine of a row with the query. Norms are 1, so it is the inner product, of which pgvector has the negative.</summary>
    /// <param name="query">The query's name.</param>
    public static string CosineWith(string query) => $"least(1, greatest(-1, -(vector <#> {query})))::real";

    /// <summary>Adds a vector.</summary>
    public string Add(ReadOnlyMemory<float> vector) => Add(new Vector(vector));

    /// <summary>That a row passes a filter.</summary>
    public string Passes(SearchFilter filter)
    {
        string passes = PassesButExcluded(filter);
        return filter.ExcludedKey is { } excluded ? $"{passes} AND key <> {Add(PostgresRows.KeyOf(excluded))}" : passes;
    }

    /// <summary>That a row passes a filter, or is the one that it excludes.</summary>
    public string PassesButExcluded(SearchFilter filter)
    {
        string begins = BeginsWith(filter.Prefix);
        return filter.Tagged is { Keys: var keys } ? $"{begins} AND key = ANY({Add(keys.ToArrays())})" : begins;
    }

    /// <summary>That a name begins with this: all of it by its characters, the first of them by the index.</summary>
    public string BeginsWith(string prefix) => prefix switch
    {
        "" => "true",

        // A text of the database has no such character, and refuses one as a value.
        _ when prefix.Contains('\0', StringComparison.Ordinal) => "false",
        _ => $"starts_with(name, {Add(prefix)}) AND {IndexedBeginsWith(prefix)}",
    };

    /// <summary>What the index of the names says of a prefix.</summary>
    public string IndexedBeginsWith(string prefix)
    {
        if (prefix.Length == 0)
        {
            return "true";
        }

        string indexed = string.Create(CultureInfo.InvariantCulture, $"(left(name, {PostgresTable.IndexedCharacters}) COLLATE \"C\")");
        Rune[] runes = [.. prefix.EnumerateRunes().Take(PostgresTable.IndexedCharacters)];
        string from = $"{indexed} >= {Add(string.Concat(runes))}";
        int last = Array.FindLastIndex(runes, rune => rune.Value < 0x10FFFF);
        return last < 0 ? from : $"{from} AND {indexed} < {Add(string.Concat([.. runes[..last], Following(runes[last])]))}";
    }

    /// <summary>That a result is near enough and lies behind a position; its cosine is the column <c>cosine</c>.</summary>
    public string LiesBehind(float minCosine, SearchPosition? after)
    {
        string near = $"cosine >= {Add(minCosine)}";
        if (after is null)
        {
            return near;
        }

        string cosine = Add(after.Cosine);
        string name = Add(after.Name.Replace("\0", "", StringComparison.Ordinal));
        return $"{near} AND (cosine < {cosine} OR (cosine = {cosine} AND name > {name} COLLATE \"C\"))";
    }

    // Surrogates are no characters.
    private static Rune Following(Rune rune) => new(rune.Value == 0xD7FF ? 0xE000 : rune.Value + 1);
}
