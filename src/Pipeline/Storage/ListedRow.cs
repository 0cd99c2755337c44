using System.Diagnostics.CodeAnalysis;
using Azure.Data.Tables;

namespace Pipeline.Storage;

/// <summary>Which version of an image a row of <c>Embeddings</c> or <c>Failures</c> is about; the rest of the row was not read.</summary>
internal sealed class ListedRow
{
    private readonly TableEntity _entity;

    internal ListedRow(TableEntity entity) => _entity = entity;

    /// <summary>The image's <see cref="ImageId.Key"/>.</summary>
    public string Key => _entity.RowKey;

    /// <summary>The blob's ETag; null in a row that lacks it.</summary>
    public string? ImageETag => EmbeddingEntity.ImageETagOf(_entity);

    /// <summary>Reads which image the row is of.</summary>
    /// <returns>False where it does not say, or says another than its key.</returns>
    public bool TryGetId([NotNullWhen(true)] out ImageId? id) => EmbeddingEntity.TryGetId(_entity, out id);
}
