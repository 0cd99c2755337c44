using Pipeline.Models;

namespace Pipeline.Storage;

/// <summary>Notes which rows changed, for instances that keep rows in memory.</summary>
public interface IChangeLog
{
    /// <summary>Notes that an image's row was written (<paramref name="imageETag"/>) or removed (null).</summary>
    internal Task AppendAsync(InstalledModel model, string key, string? imageETag, CancellationToken cancellationToken);

    /// <summary>Deletes old entries.</summary>
    /// <returns>The number of entries deleted.</returns>
    internal Task<int> TrimAsync(InstalledModel model, CancellationToken cancellationToken);
}

/// <summary>No log: every search asks the database, so no instance keeps rows that could grow old.</summary>
internal sealed class NoChangeLog : IChangeLog
{
    public Task AppendAsync(InstalledModel model, string key, string? imageETag, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<int> TrimAsync(InstalledModel model, CancellationToken cancellationToken) => Task.FromResult(0);
}
