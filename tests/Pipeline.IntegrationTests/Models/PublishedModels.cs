using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;

namespace Pipeline.IntegrationTests.Models;

/// <summary>A models container and its content.</summary>
internal static class PublishedModels
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    /// <summary>Uploads the models that were built for these tests, under their versions' names.</summary>
    public static async Task UploadAsync(BlobContainerClient container, SeededModels models)
    {
        await container.CreateIfNotExistsAsync(cancellationToken: CancellationToken);
        foreach (InstalledModel model in models.Installed)
        {
            string version = $"{model.Key}-{model.Fingerprint}";
            await container.GetBlobClient($"{version}.onnx").UploadAsync(model.Path, overwrite: true, CancellationToken);
            await container.GetBlobClient($"{version}.manifest.json")
                .UploadAsync(Path.ChangeExtension(model.Path, ".manifest.json"), overwrite: true, CancellationToken);
        }
    }

    /// <summary>Uploads a version of a model with meaningless content, long enough for several ranges.</summary>
    public static async Task UploadAsync(
        BlobContainerClient container, string key, string fingerprint, byte[] content, string? sha256 = null, long? bytes = null)
    {
        await container.CreateIfNotExistsAsync(cancellationToken: CancellationToken);
        var manifest = new JsonObject
        {
            ["format"] = 2,
            ["key"] = key,
            ["weights"] = "untrained",
            ["weightsHash"] = "00",
            ["precision"] = "float32",
            ["withTop"] = true,
            ["fingerprint"] = fingerprint,
            ["bytes"] = bytes ?? content.Length,
            ["sha256"] = sha256 ?? Convert.ToHexStringLower(SHA256.HashData(content)),
        };
        await container.GetBlobClient($"{key}-{fingerprint}.onnx").UploadAsync(
            BinaryData.FromBytes(content), overwrite: true, CancellationToken);
        await container.GetBlobClient($"{key}-{fingerprint}.manifest.json")
            .UploadAsync(BinaryData.FromString(manifest.ToJsonString()), overwrite: true, CancellationToken);
    }

    /// <summary>The settings of an app that fetches what these tests built.</summary>
    public static Dictionary<string, string> Settings(BlobContainerClient container, SeededModels models, string folder)
    {
        var settings = new Dictionary<string, string> { ["Models__ContainerUri"] = container.Uri.ToString(), ["Models__Folder"] = folder };
        foreach (InstalledModel model in models.Installed)
        {
            settings[$"Models__Versions__{model.Key}"] = model.Fingerprint.ToString();
        }

        return settings;
    }
}
