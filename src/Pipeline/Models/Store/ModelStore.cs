using System.Diagnostics;
using System.Net;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;

namespace Pipeline.Models.Store;

/// <summary>
/// Fetches the versions of the models that the settings name from a blob container into the models folder, once per instance: the worker
/// that holds the lock file fetches, and the other workers of the instance wait for it. An incomplete version is never visible: the ONNX
/// file is checked against its manifest before it gets its name, and the manifest is written last.
/// </summary>
/// <param name="catalogue">The models.</param>
/// <param name="options">Container, versions and folder.</param>
/// <param name="container">The container at <see cref="ModelOptions.ContainerUri"/>.</param>
/// <param name="logger">Logs what was fetched, and how fast.</param>
internal sealed partial class ModelStore(
    ModelCatalogue catalogue, ModelOptions options, BlobContainerClient container, ILogger<ModelStore> logger)
{
    /// <summary>The key under which the container's client is registered.</summary>
    public const string ContainerKey = "models";

    private const string LockFile = "fetch.lock";

    private readonly ModelContainer _files = new(container);

    /// <summary>
    /// The time limit for everything, including the wait for another worker. The Functions host stops a worker that has not connected after
    /// 60 s; the error of this class is more helpful than the host's.
    /// </summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(50);

    private string ClassesPath => Path.Combine(options.Folder, ClassIndex.FileName);

    /// <summary>
    /// Makes sure that the folder has the versions, and the names of the classes if the container has them. If the folder has everything,
    /// storage is not called.
    /// </summary>
    /// <param name="cancellationToken">Ends the work early; complete versions stay.</param>
    /// <exception cref="ModelStoreException">
    /// A version is missing or wrong, or cannot be fetched in time; the message says what to do.
    /// </exception>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        string[] errors = [.. ModelOptionsValidator.ErrorsOf(options)];
        if (errors.Length > 0)
        {
            throw new ModelStoreException(string.Join(' ', errors));
        }

        WantedVersion[] wanted =
        [
            .. options.VersionKeys.Select(key => new WantedVersion(key, options.Versions[key], options.FolderOf(key))),
        ];
        bool installed = wanted.All(IsInstalled);
        if (installed && File.Exists(ClassesPath))
        {
            return;
        }

        try
        {
            await FetchMissingAsync(wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (ModelStoreException exception) when (installed)
        {
            // Only predictions need the names, and they work without: the app can start.
            LogNoClasses(exception);
        }
    }

    /// <summary>Makes sure that the folder has the version that a model replaced (<see cref="ModelOptions.Previous"/>).</summary>
    /// <param name="key">The model.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="ModelStoreException">It is missing or wrong, or cannot be fetched in time.</exception>
    public async Task FetchPreviousAsync(string key, CancellationToken cancellationToken)
    {
        var wanted = new WantedVersion(key, options.Previous[key], options.PreviousFolderOf(key));
        if (!IsInstalled(wanted))
        {
            await FetchMissingAsync([wanted], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FetchMissingAsync(IReadOnlyList<WantedVersion> wanted, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            string path = Path.Combine(options.Folder, LockFile);
            await using FileStream held = await FileLock.AcquireAsync(path, () => LogWaiting(path), limit.Token).ConfigureAwait(false);

            // The index first: then a folder with all models either has it, or the container had none.
            await FetchClassesAsync(limit.Token).ConfigureAwait(false);
            foreach (WantedVersion missing in wanted.Where(version => !IsInstalled(version)))
            {
                await FetchAsync(missing, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ModelStoreException(
                $"The models could not be fetched from '{container.Uri}' within {Limit.TotalSeconds:N0} s. The container must be in the " +
                "app's region; the next start continues with the models that are still missing.",
                late);
        }
        catch (RequestFailedException denied) when (denied.Status is (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden)
        {
            throw new ModelStoreException(
                $"'{container.Uri}' refuses access ({denied.Status} {denied.ErrorCode}). Give the identity of ImagesStorage the " +
                "role 'Storage Blob Data Reader' on the container; a new assignment takes some minutes to apply. " +
                "If the account has network rules, allow the app's network.",
                denied);
        }
        catch (AuthenticationFailedException unauthenticated)
        {
            throw new ModelStoreException(
                $"There is no identity to access '{container.Uri}' with ({unauthenticated.Message.Split('\n')[0]}). " +
                "Assign the app an identity and name it in " +
                "ImagesStorage__clientId.",
                unauthenticated);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or HttpIOException)
        {
            throw new ModelStoreException(
                $"The models could not be fetched from '{container.Uri}': {exception.Message.Split('\n')[0]} " +
                "Start the app again when storage is available.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelStoreException(
                $"The models cannot be written to '{options.Folder}' ({exception.Message}). Free space there, or set Models__Folder to " +
                "another folder.",
                exception);
        }
    }

    private bool IsInstalled(WantedVersion wanted)
    {
        try
        {
            return catalogue.WithAddedIn(wanted.Folder).Models.FirstOrDefault(model => model.Key == wanted.Key) is { } model
                && InstalledModel.Find(model, wanted.Folder)?.Fingerprint.ToString() == wanted.Fingerprint;
        }
        catch (InvalidDataException)
        {
            // The files there are damaged: they are fetched again.
            return false;
        }
    }

    private async Task FetchAsync(WantedVersion wanted, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        (string key, string fingerprint, string folder) = wanted;
        string version = $"{key}-{fingerprint}";
        (ModelManifest manifest, byte[] json) = await _files.ReadManifestAsync(key, version, cancellationToken).ConfigureAwait(false);

        Directory.CreateDirectory(folder);
        string part = $"{ModelManifest.ModelPathOf(folder, key)}.part";
        try
        {
            await _files.DownloadAsync(key, version, manifest, part, cancellationToken).ConfigureAwait(false);
            File.Move(part, ModelManifest.ModelPathOf(folder, key), overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }

        await WriteWholeAsync(ModelManifest.PathOf(folder, key), json, cancellationToken).ConfigureAwait(false);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        LogFetched(key, version, manifest.Bytes / 1e6, elapsed);
    }

    /// <summary>Fetches the names of the classes if the container has them: without them, predictions have no names.</summary>
    private async Task FetchClassesAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(ClassesPath)
            || await _files.FindTextAsync(ClassIndex.FileName, cancellationToken).ConfigureAwait(false) is not { } json)
        {
            return;
        }

        try
        {
            ClassIndex.Read(new MemoryStream(json), ClassIndex.FileName);
        }
        catch (InvalidDataException exception)
        {
            throw new ModelStoreException(
                $"The container '{container.Uri}' has a class index that cannot be used. {exception.Message}", exception);
        }

        await WriteWholeAsync(ClassesPath, json, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteWholeAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        string part = $"{path}.part";
        try
        {
            await File.WriteAllBytesAsync(part, bytes, cancellationToken).ConfigureAwait(false);
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model}: {Version} ({Megabytes:N0} MB) fetched in {Elapsed}")]
    private partial void LogFetched(string model, string version, double megabytes, TimeSpan elapsed);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The names of the classes could not be fetched; predictions have none until the next start")]
    private partial void LogNoClasses(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Another worker holds '{Path}' and fetches the models; waiting for it")]
    private partial void LogWaiting(string path);

    /// <summary>A version to have, and the folder that is its own.</summary>
    private sealed record WantedVersion(string Key, string Fingerprint, string Folder);
}
