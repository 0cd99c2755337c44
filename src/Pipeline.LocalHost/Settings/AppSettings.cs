using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>
/// The app's settings, which are environment variables here as in Azure. A connection is configured as on the real host: the setting NAME
/// (or AzureWebJobsNAME, or a connection string NAME) as a connection string, or NAME__blobServiceUri and NAME__queueServiceUri with Entra
/// ID, where NAME__clientId names a user-assigned identity.
/// </summary>
internal sealed partial class AppSettings(IConfiguration configuration)
{
    private const string Storage = "AzureWebJobsStorage";
    private const string DefaultHostId = "pipeline-local";

    // Probes and listings are repeated soon anyway; long retries would only hide that storage is unavailable.
    private static readonly TimeSpan NetworkTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The part that is common to the names of the host's own files and queues.</summary>
    public string HostId => configuration["AzureFunctionsWebHost:hostid"] is { Length: > 0 } id ? id : DefaultHostId;

    /// <summary>For parts of the host that read settings themselves.</summary>
    public IConfiguration Configuration => configuration;

    public static AppSettings OfThisProcess() => new(new ConfigurationBuilder().AddEnvironmentVariables().Build());

    /// <summary>Checks that the host's own storage is configured.</summary>
    /// <exception cref="HostFailure">It is not.</exception>
    public void RequireStorage() => Blobs(null);

    /// <summary>Replaces each <c>%NAME%</c> in a text by the value of the setting NAME.</summary>
    /// <exception cref="HostFailure">There is no such setting.</exception>
    public string Resolve(string text) => Placeholder().Replace(text, match => configuration[match.Groups[1].Value]
        ?? throw new HostFailure(
            $"The setting '{match.Groups[1].Value}' is missing. The trigger's '{text}' needs it: set it as an environment variable."));

    /// <summary>
    /// A client for a trigger's connection; null is the host's own storage. Names keep their leading and trailing slashes.
    /// </summary>
    /// <exception cref="HostFailure">The setting is missing or wrong.</exception>
    public BlobServiceClient Blobs(string? connection)
    {
        var options = new BlobClientOptions { TrimBlobNameSlashes = false };
        DisableRetries(options);
        return Client(
            connection,
            "blobServiceUri",
            text => new BlobServiceClient(text, options),
            (uri, token) => new BlobServiceClient(uri, token, options));
    }

    /// <summary>A client for a trigger's connection; null is the host's own storage. Messages are base64, as Event Grid's.</summary>
    /// <exception cref="HostFailure">The setting is missing or wrong.</exception>
    public QueueServiceClient Queues(string? connection)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        DisableRetries(options);
        return Client(
            connection,
            "queueServiceUri",
            text => new QueueServiceClient(text, options),
            (uri, token) => new QueueServiceClient(uri, token, options));
    }

    private T Client<T>(string? connection, string uriKey, Func<string, T> byText, Func<Uri, TokenCredential, T> byIdentity)
    {
        string name = string.IsNullOrEmpty(connection) ? Storage : connection;
        string? text = configuration[name] ?? configuration[$"AzureWebJobs{name}"] ?? configuration.GetConnectionString(name);
        if (!string.IsNullOrWhiteSpace(text))
        {
            try
            {
                return byText(text);
            }
            catch (Exception exception) when (exception is FormatException or ArgumentException)
            {
                throw new HostFailure(
                    $"The setting '{name}' is not the connection string of a storage account ({exception.Message}).", exception);
            }
        }

        return Uri.TryCreate(configuration[$"{name}:{uriKey}"], UriKind.Absolute, out Uri? address)
            ? byIdentity(address, new DefaultAzureCredential(
                new DefaultAzureCredentialOptions { ManagedIdentityClientId = configuration[$"{name}:clientId"] }))
            : throw new HostFailure(
                $"The setting '{name}' is missing: set it to a storage connection string, " +
                $"or set {name}__{uriKey} to the account's address.");
    }

    private static void DisableRetries(ClientOptions options)
    {
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = NetworkTimeout;
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
