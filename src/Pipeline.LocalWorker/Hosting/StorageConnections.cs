using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalWorker.Hosting;

/// <summary>
/// Clients for a trigger's connection, named as on the host: the setting NAME (or AzureWebJobsNAME, or a connection string NAME) as a
/// connection string, or NAME__blobServiceUri and NAME__queueServiceUri with Entra ID, where NAME__clientId names a user-assigned identity.
/// </summary>
internal sealed class StorageConnections(IConfiguration configuration)
{
    private const string HostConnection = "AzureWebJobsStorage";

    public BlobServiceClient Blobs(string? connection) => Text(connection ?? HostConnection) is { } text
        ? new BlobServiceClient(text, new BlobClientOptions { Retry = { MaxRetries = 1, NetworkTimeout = TimeSpan.FromSeconds(20) } })
        : new BlobServiceClient(Address(connection ?? HostConnection, "blobServiceUri"), Identity(connection ?? HostConnection));

    public QueueServiceClient Queues(string? connection, QueueMessageEncoding encoding)
    {
        var options = new QueueClientOptions { MessageEncoding = encoding };
        return Text(connection ?? HostConnection) is { } text
            ? new QueueServiceClient(text, options)
            : new QueueServiceClient(Address(connection ?? HostConnection, "queueServiceUri"), Identity(connection ?? HostConnection), options);
    }

    private DefaultAzureCredential Identity(string connection) =>
        new(new DefaultAzureCredentialOptions { ManagedIdentityClientId = configuration[$"{connection}:clientId"] });

    private string? Text(string name)
    {
        string? text = configuration[name] ?? configuration[$"AzureWebJobs{name}"] ?? configuration.GetConnectionString(name);
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    private Uri Address(string name, string key) =>
        Uri.TryCreate(configuration[$"{name}:{key}"], UriKind.Absolute, out Uri? address)
            ? address
            : throw new InvalidOperationException(
                $"The setting '{name}' is missing: set it to a connection string, or set {name}__{key} to the account's address.");
}
