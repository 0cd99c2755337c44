using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.Cli.Hosting;
using Pipeline.Storage;

namespace Pipeline.Cli.Accounts;

/// <summary>The storage account of the images, as a user names it: the emulator, an account in Azure, or a connection string.</summary>
/// <param name="name">The account's name, for messages.</param>
/// <param name="blobs">Its blobs.</param>
/// <param name="queues">Its queues, by the encoding of their messages.</param>
/// <param name="tables">Its tables.</param>
internal sealed partial class ImagesAccount(
    string name, BlobServiceClient blobs, Func<QueueMessageEncoding, QueueServiceClient> queues, TableServiceClient tables)
{
    /// <summary>
    /// The environment variable for a connection string with a key: a command line is visible to all users of the machine, and saved in the
    /// history.
    /// </summary>
    public const string Variable = "ImagesStorage";

    private const int EmulatorPort = 10000;
    private const string EmulatorAccount = "devstoreaccount1";

    /// <summary>The account's name, for messages.</summary>
    public string Name { get; } = name;

    /// <summary>The container of the images.</summary>
    public BlobContainerClient Images => Container(ImagesContainer.DefaultName);

    /// <summary>The tables, of which those that are missing are not made by a reader.</summary>
    public PipelineTables Tables { get; } = new(tables);

    public BlobContainerClient Container(string container) => blobs.GetBlobContainerClient(container);

    public QueueServiceClient Queues(QueueMessageEncoding encoding) => queues(encoding);

    /// <summary>What is wrong with the option's value; null if nothing is.</summary>
    public static string? ErrorOf(string storage) =>
        IsConnectionString(storage)
            ? IsEmulator(storage) ? null : "A connection string with a key must not be passed on a command line: " +
                $"set the environment variable {Variable} to it, and leave out --storage."
        : AccountOf(storage) is null
            ? "--storage takes the name of a storage account, an address such as https://ACCOUNT.queue.core.windows.net, " +
                $"or the emulator's connection string, not '{storage}'."
        : null;

    /// <param name="storage">
    /// The option's value, already checked; null for the variable or, without that, for the emulator of <c>pipeline up</c>.
    /// </param>
    /// <param name="cancellationToken">Ends the check for the emulator early.</param>
    /// <exception cref="CommandFailure">The emulator does not run, or the variable is not a connection string.</exception>
    public static async Task<ImagesAccount> OpenAsync(string? storage, CancellationToken cancellationToken)
    {
        if (storage is not null && AccountOf(storage) is { } found)
        {
            var credential = new DefaultAzureCredential();
            return new ImagesAccount(
                found.Name,
                new BlobServiceClient(
                    Address(found, "blob"), credential, WithShortRetries(new BlobClientOptions { TrimBlobNameSlashes = false })),
                encoding => new QueueServiceClient(Address(found, "queue"), credential, QueueOptions(encoding)),
                new TableServiceClient(Address(found, "table"), credential, WithShortRetries(new TableClientOptions())));
        }

        string? connection = storage ?? Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(connection))
        {
            await RequireEmulatorAsync(cancellationToken);
            connection = EmulatorConnection.String(EmulatorPort, EmulatorPort + 1, EmulatorPort + 2);
        }

        try
        {
            var blobs = new BlobServiceClient(connection, WithShortRetries(new BlobClientOptions { TrimBlobNameSlashes = false }));
            return new ImagesAccount(
                blobs.AccountName,
                blobs,
                encoding => new QueueServiceClient(connection, QueueOptions(encoding)),
                new TableServiceClient(connection, WithShortRetries(new TableClientOptions())));
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            // Their messages may quote the connection string.
            throw new CommandFailure(
                storage is null ? $"The environment variable {Variable} is not the connection string of a storage account."
                    : "--storage is not a connection string.");
        }
    }

    private static bool IsConnectionString(string storage) => storage.Contains('=', StringComparison.Ordinal);

    // The emulator's key is public and gives access to nothing else.
    private static bool IsEmulator(string connection)
    {
        string[] parts = connection.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Contains("UseDevelopmentStorage=true", StringComparer.OrdinalIgnoreCase)
            || parts.Contains($"AccountName={EmulatorAccount}", StringComparer.OrdinalIgnoreCase);
    }

    private static (string Name, string Suffix)? AccountOf(string storage) =>
        AccountName().IsMatch(storage) ? (storage, "core.windows.net")
        : ServiceAddress().Match(storage) is { Success: true } match ? (match.Groups["account"].Value, match.Groups["suffix"].Value)
        : null;

    private static Uri Address((string Name, string Suffix) account, string service) =>
        new($"https://{account.Name}.{service}.{account.Suffix}");

    private static async Task RequireEmulatorAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, EmulatorPort, cancellationToken);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            throw new CommandFailure(
                $"No storage emulator listens on port {EmulatorPort}. Start ./pipeline up, " +
                "or name the account of the images with --storage. "
                + "If ./pipeline up uses other ports, pass the connection string that it printed as --storage.");
        }
    }

    private static QueueClientOptions QueueOptions(QueueMessageEncoding encoding) =>
        WithShortRetries(new QueueClientOptions { MessageEncoding = encoding });

    private static T WithShortRetries<T>(T options) where T : ClientOptions
    {
        // Three seconds: an account that is too busy for a moment ends no work of hours, and one that is away is named soon.
        options.Retry.MaxRetries = 4;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        return options;
    }

    [GeneratedRegex("^[a-z0-9]{3,24}$")]
    private static partial Regex AccountName();

    // Only Azure's own clouds, because the credential's token is sent to this address.
    [GeneratedRegex(
        @"^https://(?<account>[a-z0-9]{3,24})\.(blob|queue|table)\." +
        @"(?<suffix>core\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net))/?$")]
    private static partial Regex ServiceAddress();
}
