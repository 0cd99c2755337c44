using System.Globalization;

namespace Pipeline.Storage.Postgres;

/// <summary>
/// A version's table: <c>embeddings_{model}_{fingerprint}</c>. One for each version, because a column has one number of dimensions, an
/// index one kind of code, and because what runs no more is then dropped at once instead of row by row.
/// </summary>
/// <param name="Version">The version of the model.</param>
/// <param name="Dimensions">Length of its embeddings.</param>
internal sealed record PostgresTable(ModelVersion Version, int Dimensions)
{
    /// <summary>
    /// Names are indexed by so many characters: an entry of an index has at most 2,704 bytes, a name up to 1,024 characters of four bytes.
    /// </summary>
    public const int IndexedCharacters = 200;

    /// <summary>The columns of a record, in the order in which <see cref="PostgresRows"/> reads them.</summary>
    public const string Columns = "container, name, image_etag, content_hash, width, height, embedded_at, norm";

    // pgvector's most for an index on halfvec.
    private const int MostHalfDimensions = 4000;

    /// <summary>Its name. A model's key has at most 32 letters and digits and a fingerprint 12, so it needs no quotes and fits.</summary>
    public string Name { get; } = $"embeddings_{Version.Key}_{Version.Fingerprint}";

    /// <summary>
    /// Whether the index has one bit a dimension. Half precision takes 4,000 dimensions at most and a page of 8 kB for each image of so
    /// many; one bit takes a tenth of that, and finds the same once the nearest are ranked exactly (docs/scaling.md).
    /// </summary>
    public bool IsBinary => Dimensions > MostHalfDimensions;

    /// <summary>Makes the table, its lock being held.</summary>
    public string Creation => string.Create(CultureInfo.InvariantCulture, $"""
        CREATE TABLE IF NOT EXISTS {Name} (
            key bytea PRIMARY KEY,
            container text NOT NULL,
            name text COLLATE "C" NOT NULL,
            image_etag text NOT NULL,
            content_hash bytea NOT NULL,
            width integer NOT NULL,
            height integer NOT NULL,
            embedded_at timestamptz NOT NULL,
            norm real NOT NULL,
            row_version uuid NOT NULL DEFAULT gen_random_uuid(),
            vector vector({Dimensions}) NOT NULL CHECK (abs(vector_norm(vector) - 1) <= 0.001)
        );
        CREATE INDEX IF NOT EXISTS {Name}_name ON {Name} ((left(name, {IndexedCharacters})) COLLATE "C");
        """);

    /// <summary>Makes the index of the vectors. On an empty table it takes no time, and grows with the rows.</summary>
    public string Indexing => $"CREATE INDEX IF NOT EXISTS {IndexName} ON {Name} USING hnsw (({Code}) {Operators})";

    /// <summary>The index of the vectors.</summary>
    public string IndexName => $"{Name}_hnsw";

    /// <summary>The order by which the index finds the nearest to a vector, which is the parameter of that name.</summary>
    public string NearestTo(string parameter) => IsBinary
        ? $"{Code} <~> {CodeOf($"{parameter}::vector")}"
        : $"{Code} <#> {CodeOf(parameter)}";

    private string Code => CodeOf("vector");

    private string Operators => IsBinary ? "bit_hamming_ops" : "halfvec_ip_ops";

    private string CodeOf(string vector) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsBinary ? $"binary_quantize({vector})::bit" : $"{vector}::halfvec")}({Dimensions})");
}
