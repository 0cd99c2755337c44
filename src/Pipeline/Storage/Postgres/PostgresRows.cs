using Npgsql;
using Pgvector;
using Pipeline.Models;

namespace Pipeline.Storage.Postgres;

/// <summary>A record as a row: its parameters, and how it is read.</summary>
internal static class PostgresRows
{
    /// <summary>Writes a row where there is none.</summary>
    public static string Insertion(PostgresTable table) =>
        $"INSERT INTO {table.Name} (key, {PostgresTable.Columns}, vector) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) " +
        "ON CONFLICT (key) DO";

    /// <summary>Sets all of a row but its key, by the values of <see cref="Insertion"/>.</summary>
    public const string Assignments =
        "SET container = $2, name = $3, image_etag = $4, content_hash = $5, width = $6, height = $7, embedded_at = $8, norm = $9, " +
        "vector = $10, row_version = gen_random_uuid()";

    /// <summary>The key as it is stored: 32 bytes, in the order of the keys.</summary>
    public static byte[] KeyOf(string key) => Convert.FromHexString(key);

    /// <summary>Several keys, as one value.</summary>
    public static object KeysOf(IEnumerable<string> keys) => keys.Select(KeyOf).ToArray();

    /// <summary>The values of <see cref="Insertion"/>.</summary>
    public static object[] Values(EmbeddingRecord record) =>
    [
        KeyOf(record.Id.Key),
        record.Id.Container,
        record.Id.Name,
        record.ImageETag,
        Convert.FromHexString(record.ContentHash),
        record.Width,
        record.Height,
        record.EmbeddedAt.UtcDateTime,
        record.Embedding.Norm,
        new Vector(record.Embedding.Values),
    ];

    /// <summary>Adds parameters by their position.</summary>
    public static void Add(NpgsqlParameterCollection parameters, params ReadOnlySpan<object> values)
    {
        foreach (object value in values)
        {
            parameters.Add(new NpgsqlParameter { Value = value });
        }
    }

    /// <summary>Reads <see cref="PostgresTable.Columns"/> and the vector after them, which are all that was asked for.</summary>
    public static EmbeddingRecord ReadWhole(NpgsqlDataReader reader) => Read(reader, 0, reader.GetFieldValue<Vector>(8).Memory);

    /// <summary>Reads <see cref="PostgresTable.Columns"/>.</summary>
    /// <param name="reader">At the row.</param>
    /// <param name="first">Where the columns begin.</param>
    /// <param name="vector">float[d], L2 norm 1; empty where only the rest is wanted.</param>
    public static EmbeddingRecord Read(NpgsqlDataReader reader, int first, ReadOnlyMemory<float> vector) => new(
        new ImageId(reader.GetString(first), reader.GetString(first + 1)),
        reader.GetString(first + 2),
        Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(first + 3)),
        reader.GetInt32(first + 4),
        reader.GetInt32(first + 5),
        new DateTimeOffset(reader.GetDateTime(first + 6)),
        new Embedding(vector, reader.GetFloat(first + 7)));
}
