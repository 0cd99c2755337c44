namespace Pipeline.Models;

/// <summary>The installed networks, each loaded once, on first use.</summary>
public sealed class ModelSessions : IDisposable
{
    /// <summary>The installed networks in the catalogue's order; known without loading one.</summary>
    public IReadOnlyList<InstalledModel> Models => throw new NotImplementedException();

    /// <summary>True once the network is in memory.</summary>
    public bool IsLoaded(string key) => throw new NotImplementedException();

    /// <summary>The loaded network; the first call loads it, others wait for that.</summary>
    public Task<ModelSession> GetAsync(string key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
