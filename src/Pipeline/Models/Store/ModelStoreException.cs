namespace Pipeline.Models.Store;

/// <summary>The models could not be fetched; the message says why and what to do.</summary>
internal sealed class ModelStoreException : Exception
{
    /// <inheritdoc/>
    public ModelStoreException()
    {
    }

    /// <inheritdoc/>
    public ModelStoreException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public ModelStoreException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
