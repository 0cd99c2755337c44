using System.Net;
using System.Security.Cryptography;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Pipeline.Models.Store;

/// <summary>
/// A blob container with versions of models, each the files <c>KEY-FINGERPRINT.onnx</c> and <c>KEY-FINGERPRINT.manifest.json</c>, which
/// never change once they are there. A missing or wrong file is reported as a <see cref="ModelStoreException"/>.
/// </summary>
internal sealed class ModelContainer(BlobContainerClient container)
{
    // No manifest and no class index is larger.
    private const long MostTextBytes = 1 << 20;

    // A single connection does not use the full bandwidth of an instance. Eight buffers of 8 MiB fit the smallest instance.
    private static readonly StorageTransferOptions Ranges = new()
    {
        InitialTransferSize = 8 << 20,
        MaximumTransferSize = 8 << 20,
        MaximumConcurrency = 8,
    };

    /// <summary>Reads the manifest of a version.</summary>
    /// <param name="key">The model's key.</param>
    /// <param name="version">Its key and the fingerprint.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <returns>The manifest, and its text as it is stored.</returns>
    public async Task<(ModelManifest Manifest, byte[] Json)> ReadManifestAsync(
        string key, string version, CancellationToken cancellationToken)
    {
        string name = ModelManifest.PathOf("", version);
        byte[] json = await FindTextAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw await MissingAsync(key, name, cancellationToken).ConfigureAwait(false);
        ModelManifest manifest;
        try
        {
            manifest = ModelManifest.Read(json, name);
        }
        catch (InvalidDataException exception)
        {
            throw new ModelStoreException(
                $"The container '{container.Uri}' has a manifest that cannot be used. {exception.Message} {Upload(version)}", exception);
        }

        return $"{manifest.Key}-{manifest.Fingerprint}" == version
            ? (manifest, json)
            : throw new ModelStoreException(
                $"'{name}' in '{container.Uri}' is the manifest of '{manifest.Key}-{manifest.Fingerprint}', not of '{version}'. " +
                $"{Upload(version)}");
    }

    /// <summary>Writes the ONNX file of a version to the disk, in parallel ranges, and checks it against its manifest.</summary>
    /// <param name="key">The model's key.</param>
    /// <param name="version">Its key and the fingerprint.</param>
    /// <param name="manifest">The manifest that the file must match.</param>
    /// <param name="part">The target file; incomplete if this fails.</param>
    /// <param name="cancellationToken">Ends the download early.</param>
    public async Task DownloadAsync(
        string key, string version, ModelManifest manifest, string part, CancellationToken cancellationToken)
    {
        string name = ModelManifest.ModelPathOf("", version);
        BlobClient blob = container.GetBlobClient(name);
        using var hash = SHA256.Create();
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            if (properties.ContentLength != manifest.Bytes)
            {
                throw new ModelStoreException(
                    $"'{name}' in '{container.Uri}' has {properties.ContentLength:N0} bytes, " +
                    $"but its manifest says {manifest.Bytes:N0}. {Upload(version)}");
            }

            await using var file = new FileStream(
                part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            await using (var hashed = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
            {
                await blob.DownloadToAsync(
                    hashed,
                    new BlobDownloadToOptions
                    {
                        TransferOptions = Ranges,
                        Conditions = new BlobRequestConditions { IfMatch = properties.ETag },
                    },
                    cancellationToken).ConfigureAwait(false);
            }

            file.Flush(flushToDisk: true);
        }
        catch (RequestFailedException missing) when (missing.Status == (int)HttpStatusCode.NotFound)
        {
            throw await MissingAsync(key, name, cancellationToken).ConfigureAwait(false);
        }

        if (Convert.ToHexStringLower(hash.Hash!) != manifest.Sha256)
        {
            throw new ModelStoreException(
                $"'{name}' in '{container.Uri}' has the SHA-256 {Convert.ToHexStringLower(hash.Hash!)}, " +
                $"but its manifest says {manifest.Sha256}: " +
                $"it is damaged. {Upload(version)}");
        }
    }

    /// <summary>Reads a small file completely; null if it is missing.</summary>
    public async Task<byte[]?> FindTextAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            using BlobDownloadStreamingResult download =
                await container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            if (download.Details.ContentLength > MostTextBytes)
            {
                throw new ModelStoreException(
                    $"'{name}' in '{container.Uri}' has {download.Details.ContentLength:N0} bytes; at most {MostTextBytes:N0} are read.");
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
            throw new ModelStoreException(
                $"There is no container '{container.Uri}'. Set Models__ContainerUri to the one that has the models.", missing);
        }
    }

    private async Task<ModelStoreException> MissingAsync(string key, string name, CancellationToken cancellationToken)
    {
        const string Manifest = ".manifest.json";
        string prefix = $"{key}-";
        var versions = new List<string>();
        await foreach (BlobItem blob in container.GetBlobsAsync(
            new GetBlobsOptions { Prefix = prefix }, cancellationToken).ConfigureAwait(false))
        {
            if (blob.Name.EndsWith(Manifest, StringComparison.Ordinal))
            {
                versions.Add(blob.Name[prefix.Length..^Manifest.Length]);
            }
        }

        return new ModelStoreException(
            $"'{name}' is missing in '{container.Uri}'. Upload it, or set Models__Versions__{key} to a version that is there: " +
            $"{(versions.Count == 0 ? "none is" : string.Join(", ", versions))}.");
    }

    private static string Upload(string version) =>
        $"Upload '{version}.onnx' and then '{version}.manifest.json' again, both from one models folder.";
}
