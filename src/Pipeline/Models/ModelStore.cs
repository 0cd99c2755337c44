using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Azure;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;

namespace Pipeline.Models;

/// <summary>
/// Fetches the versions of the models that the settings name from a blob container into the models folder, once an instance: whoever holds
/// the lock file fetches, the other workers of the instance wait for it. A version appears whole or not at all: the ONNX file is checked
/// against its manifest before it gets its name, and the manifest comes last.
/// </summary>
/// <param name="catalogue">The models.</param>
/// <param name="options">Container, versions and folder.</param>
/// <param name="container">The container at <see cref="ModelOptions.ContainerUri"/>.</param>
/// <param name="logger">Where to tell what was fetched, and how fast.</param>
public sealed partial class ModelStore(
    ModelCatalogue catalogue, ModelOptions options, BlobContainerClient container, ILogger<ModelStore> logger)
{
    /// <summary>The key under which the container's client is registered.</summary>
    public const string ContainerKey = "models";

    private const string LockFile = "fetch.lock";

    // More is no manifest and no class index.
    private const long MostTextBytes = 1 << 20;

    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(250);

    // One connection to storage gives some 60 MB/s at best, and an instance takes more. Eight buffers of 8 MiB fit the smallest one.
    private static readonly StorageTransferOptions Ranges = new()
    {
        InitialTransferSize = 8 << 20,
        MaximumTransferSize = 8 << 20,
        MaximumConcurrency = 8,
    };

    /// <summary>
    /// How long all of it may take, waiting for another worker included. The Functions host gives up on a worker that has not connected after
    /// 60 s; the error here says more than the host's.
    /// </summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>Makes sure that the folder has the versions; where it does, nothing is asked of storage.</summary>
    /// <param name="cancellationToken">Ends the work early; the versions that are whole stay.</param>
    /// <exception cref="ModelStoreException">A version is missing or wrong, or cannot be fetched in time; the message says what to do.</exception>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        string[] faults = [.. ModelOptionsValidator.FaultsOf(options, catalogue)];
        if (faults.Length > 0)
        {
            throw new ModelStoreException(string.Join(' ', faults));
        }

        if (catalogue.Models.All(IsInstalled))
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            Directory.CreateDirectory(options.Folder);
            await using FileStream held = await LockAsync(limit.Token).ConfigureAwait(false);
            foreach (ModelDefinition model in catalogue.Models.Where(model => !IsInstalled(model)))
            {
                await FetchAsync(model, limit.Token).ConfigureAwait(false);
            }

            await FetchClassesAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ModelStoreException(
                $"The models could not be fetched from '{container.Uri}' within {Limit.TotalSeconds:N0} s. The container must be in the app's region; " +
                "the next start goes on with the model that is not there yet.",
                late);
        }
        catch (RequestFailedException denied) when (denied.Status is (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden)
        {
            throw new ModelStoreException(
                $"'{container.Uri}' refuses access ({denied.Status} {denied.ErrorCode}). Give the identity of ImagesStorage the role 'Storage Blob Data Reader' " +
                "on the container; a new assignment takes some minutes to count. With a network rule, let the app's network in.",
                denied);
        }
        catch (AuthenticationFailedException nobody)
        {
            throw new ModelStoreException(
                $"There is no identity to ask '{container.Uri}' with ({nobody.Message.Split('\n')[0]}). Assign the app an identity and name it in " +
                "ImagesStorage__clientId.",
                nobody);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or HttpIOException)
        {
            throw new ModelStoreException(
                $"The models could not be fetched from '{container.Uri}': {exception.Message.Split('\n')[0]} Start again once storage answers.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelStoreException(
                $"The models cannot be written to '{options.Folder}' ({exception.Message}). Make room there, or set Models__Folder to another folder.", exception);
        }
    }

    private bool IsInstalled(ModelDefinition model)
    {
        try
        {
            return InstalledModel.Find(model, options.FolderOf(model.Key))?.Fingerprint.ToString() == options.Versions[model.Key];
        }
        catch (InvalidDataException)
        {
            // What lies there is not whole: it is fetched again.
            return false;
        }
    }

    /// <summary>The system lets go of the lock when its holder dies, however that happens.</summary>
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        string path = Path.Combine(options.Folder, LockFile);
        for (bool told = false; ; told = true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!told)
                {
                    LogWaiting(path);
                }
            }

            await Task.Delay(LockInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FetchAsync(ModelDefinition model, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        string version = $"{model.Key}-{options.Versions[model.Key]}";
        byte[] json = await FindTextAsync(ModelManifest.PathOf("", version), cancellationToken).ConfigureAwait(false)
            ?? throw await MissingAsync(model, ModelManifest.PathOf("", version), cancellationToken).ConfigureAwait(false);
        ModelManifest manifest = ReadManifest(json, model, version);

        string folder = options.FolderOf(model.Key);
        Directory.CreateDirectory(folder);
        string part = $"{ModelManifest.ModelPathOf(folder, model.Key)}.part";
        try
        {
            await DownloadAsync(model, ModelManifest.ModelPathOf("", version), manifest, part, cancellationToken).ConfigureAwait(false);
            File.Move(part, ModelManifest.ModelPathOf(folder, model.Key), overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }

        await WriteWholeAsync(ModelManifest.PathOf(folder, model.Key), json, cancellationToken).ConfigureAwait(false);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        LogFetched(model.Title, version, manifest.Bytes / 1e6, elapsed);
    }

    private ModelManifest ReadManifest(byte[] json, ModelDefinition model, string version)
    {
        string name = ModelManifest.PathOf("", version);
        ModelManifest manifest;
        try
        {
            manifest = ModelManifest.Read(json, name);
        }
        catch (InvalidDataException exception)
        {
            throw new ModelStoreException($"The container '{container.Uri}' has a manifest that does not serve. {exception.Message} {Upload(version)}", exception);
        }

        return $"{manifest.Key}-{manifest.Fingerprint}" == version
            ? manifest
            : throw new ModelStoreException(
                $"'{name}' in '{container.Uri}' is the manifest of '{manifest.Key}-{manifest.Fingerprint}', not of '{version}'. {Upload(version)}");
    }

    private async Task DownloadAsync(
        ModelDefinition model, string name, ModelManifest manifest, string part, CancellationToken cancellationToken)
    {
        BlobClient blob = container.GetBlobClient(name);
        string version = Path.GetFileNameWithoutExtension(name);
        using var hash = SHA256.Create();
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            if (properties.ContentLength != manifest.Bytes)
            {
                throw new ModelStoreException(
                    $"'{name}' in '{container.Uri}' has {properties.ContentLength:N0} bytes, but its manifest says {manifest.Bytes:N0}. {Upload(version)}");
            }

            await using var file = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            await using (var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
            {
                await blob.DownloadToAsync(
                    hashed,
                    new BlobDownloadToOptions { TransferOptions = Ranges, Conditions = new BlobRequestConditions { IfMatch = properties.ETag } },
                    cancellationToken).ConfigureAwait(false);
            }

            file.Flush(flushToDisk: true);
        }
        catch (RequestFailedException missing) when (missing.Status == (int)HttpStatusCode.NotFound)
        {
            throw await MissingAsync(model, name, cancellationToken).ConfigureAwait(false);
        }

        if (Convert.ToHexStringLower(hash.Hash!) != manifest.Sha256)
        {
            throw new ModelStoreException(
                $"'{name}' in '{container.Uri}' has the SHA-256 {Convert.ToHexStringLower(hash.Hash!)}, but its manifest says {manifest.Sha256}: " +
                $"it is damaged. {Upload(version)}");
        }
    }

    /// <summary>The names of the classes come along where somebody put them there: without them, predictions have none.</summary>
    private async Task FetchClassesAsync(CancellationToken cancellationToken)
    {
        string path = Path.Combine(options.Folder, ClassIndex.FileName);
        if (File.Exists(path) || await FindTextAsync(ClassIndex.FileName, cancellationToken).ConfigureAwait(false) is not { } json)
        {
            return;
        }

        try
        {
            ClassIndex.Read(new MemoryStream(json), ClassIndex.FileName);
        }
        catch (InvalidDataException exception)
        {
            throw new ModelStoreException($"The container '{container.Uri}' has a class index that does not serve. {exception.Message}", exception);
        }

        await WriteWholeAsync(path, json, cancellationToken).ConfigureAwait(false);
    }

    private async Task<byte[]?> FindTextAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            using BlobDownloadStreamingResult download =
                await container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            if (download.Details.ContentLength > MostTextBytes)
            {
                throw new ModelStoreException($"'{name}' in '{container.Uri}' has {download.Details.ContentLength:N0} bytes; at most {MostTextBytes:N0} are read.");
            }

            byte[] bytes = new byte[download.Details.ContentLength];
            await download.Content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            throw new ModelStoreException($"There is no container '{container.Uri}'. Set Models__ContainerUri to the one that has the models.", missing);
        }
    }

    private async Task<ModelStoreException> MissingAsync(ModelDefinition model, string name, CancellationToken cancellationToken)
    {
        const string Manifest = ".manifest.json";
        string prefix = $"{model.Key}-";
        var versions = new List<string>();
        await foreach (BlobItem blob in container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellationToken).ConfigureAwait(false))
        {
            if (blob.Name.EndsWith(Manifest, StringComparison.Ordinal))
            {
                versions.Add(blob.Name[prefix.Length..^Manifest.Length]);
            }
        }

        return new ModelStoreException(
            $"'{name}' is missing in '{container.Uri}'. Upload it, or set Models__Versions__{model.Key} to a version that is there: " +
            $"{(versions.Count == 0 ? "none is" : string.Join(", ", versions))}.");
    }

    private static async Task WriteWholeAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync($"{path}.part", bytes, cancellationToken).ConfigureAwait(false);
        File.Move($"{path}.part", path, overwrite: true);
    }

    private static string Upload(string version) => $"Upload '{version}.onnx' and then '{version}.manifest.json' again, both from one models folder.";

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model}: {Version} ({Megabytes:N0} MB) fetched in {Elapsed}")]
    private partial void LogFetched(string model, string version, double megabytes, TimeSpan elapsed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Another worker holds '{Path}' and fetches the models; waiting for it")]
    private partial void LogWaiting(string path);
}

/// <summary>The models could not be fetched; the message says why and what to do.</summary>
public sealed class ModelStoreException : Exception
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
