using System.Diagnostics.CodeAnalysis;
using Azure.Data.Tables;

namespace Pipeline.Storage;

/// <summary>Which version of an image a row is about; the rest of the row was not read.</summary>
/// <param name="Key">The image's <see cref="ImageId.Key"/>.</param>
/// <param name="ImageETag">The blob's ETag; null in a row that lacks it.</param>
/// <param name="Container">The image's container; null in a row that lacks it.</param>
/// <param name="Name">The image's name; null in a row that lacks it.</param>
internal sealed record ListedRow(string Key, string? ImageETag, string? Container, string? Name)
{
    /// <summary>A row of the table <c>Embeddings</c> or <c>Failures</c>.</summary>
    public static ListedRow Of(TableEntity entity) => new(
        entity.RowKey,
        EmbeddingEntity.ImageETagOf(entity),
        EmbeddingEntity.Find<string>(entity, EmbeddingEntity.Container),
        EmbeddingEntity.Find<string>(entity, EmbeddingEntity.Name));

    /// <summary>Reads which image the row is of.</summary>
    /// <returns>False where it does not say, or says another than its key.</returns>
    public bool TryGetId([NotNullWhen(true)] out ImageId? id)
    {
        id = Container is { Length: > 0 }
            && Name is { Length: > 0 and <= ImageId.MaxNameLength }
            && new ImageId(Container, Name) is var named
            && named.Key == Key
                ? named
                : null;
        return id is not null;
    }
}
