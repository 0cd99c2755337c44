using Microsoft.Extensions.Logging;

namespace Pipeline.Models.Store;

/// <summary>
/// The versions that the enabled models replaced. While a new version has not embedded all images yet, queries are answered by the one
/// before, which takes its file: in a container the one that <see cref="ModelOptions.Previous"/> names, else what the command that
/// installed the new version kept in the folder <see cref="ModelManifest.PreviousFolder"/>.
/// </summary>
/// <param name="current">The enabled models.</param>
/// <param name="options">The settings.</param>
/// <param name="store">Fetches versions; null where models are only in a folder.</param>
/// <param name="logger">Takes why a version cannot be used.</param>
internal sealed partial class PreviousModels(
    IReadOnlyList<InstalledModel> current, ModelOptions options, ModelStore? store, ILogger<PreviousModels> logger)
{
    /// <summary>The enabled models that replaced a version, each with that version's fingerprint. Nothing is fetched for it.</summary>
    public IReadOnlyDictionary<InstalledModel, Fingerprint> Replaced { get; } = current
        .Select(model => (Model: model, Previous: FingerprintOf(model, options)))
        .Where(replaced => replaced.Previous is { } previous && previous != replaced.Model.Fingerprint)
        .ToDictionary(replaced => replaced.Model, replaced => replaced.Previous!.Value);

    /// <summary>The version before, ready to be loaded; it is fetched if need be.</summary>
    /// <param name="model">One of <see cref="Replaced"/>.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>Null where its file cannot be had or is damaged; the log says why.</returns>
    public async Task<InstalledModel?> FindAsync(InstalledModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        try
        {
            if (store is not null)
            {
                await store.FetchPreviousAsync(model.Key, cancellationToken).ConfigureAwait(false);
            }

            if (InstalledModel.Find(model.Definition, options.PreviousFolderOf(model.Key)) is { } previous
                && previous.Fingerprint == Replaced[model])
            {
                return previous;
            }

            LogMissing(model.Key, Replaced[model]);
        }
        catch (Exception exception) when (exception is ModelStoreException or InvalidDataException or IOException)
        {
            LogUnusable(model.Key, Replaced[model], exception);
        }

        return null;
    }

    private static Fingerprint? FingerprintOf(InstalledModel model, ModelOptions options)
    {
        if (options.ContainerUri is not null)
        {
            return options.Previous.TryGetValue(model.Key, out string? version) ? new Fingerprint(version) : null;
        }

        try
        {
            return ModelManifest.Find(options.PreviousFolderOf(model.Key), model.Key) is { } manifest
                ? new Fingerprint(manifest.Fingerprint)
                : null;
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException)
        {
            // Of a version of the product that this one does not read: it could not be run either.
            return null;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The version {Previous} of {Model} is not there any more. Queries are answered by the version after it, which has not " +
            "embedded all images yet")]
    private partial void LogMissing(string model, Fingerprint previous);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The version {Previous} of {Model} cannot be used. Queries are answered by the version after it, which has not " +
            "embedded all images yet")]
    private partial void LogUnusable(string model, Fingerprint previous, Exception exception);
}
