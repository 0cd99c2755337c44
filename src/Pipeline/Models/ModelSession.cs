using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>A loaded network. Safe to call from several threads at once.</summary>
public sealed class ModelSession : IDisposable
{
    /// <summary>The network.</summary>
    public InstalledModel Model => throw new NotImplementedException();

    /// <summary>Runs the network as far as its embedding output.</summary>
    /// <param name="image">A picture of the network's input size.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    public Task<Embedding> EmbedAsync(RgbImage image, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
