using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.Cli.Hosting;
using Pipeline.Indexing.PoisonQueue;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Cli.Poison;

/// <summary>The storage account of the images, as a user names it: the emulator, an account in Azure, or a connection string.</summary>
/// <param name="account">The account's name, for messages.</param>
/// <param name="blobs">Its blobs.</param>
/// <param name="queues">Its queues, without an encoding of messages.</param>
/// <param name="tables">Its tables.</param>
internal sealed partial class PoisonStorage(string account, BlobServiceClient blobs, QueueServiceClient queues, TableServiceClient tables)
{
    /// <summary>
    /// The environment variable for a connection string with a key: a command line is visible to all users of the machine, and saved in the
    /// history.
    /// </summary>
    public const string Variable = "ImagesStorage";

    private const int EmulatorPort = 10000;
    private const string EmulatorAccount = "devstoreaccount1";

    public string Account { get; } = account;

    private QueueClient Queue => queues.GetQueueClient(PoisonReader.QueueName);

    private BlobContainerClient Images => blobs.GetBlobContainerClient(ImagesContainer.DefaultName);

    public PoisonReader Reader() => new(Queue, Images, new FailureTable(new PipelineTables(tables)));

    public PoisonReplay Replay() => new(Queue, Images);

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
    public static async Task<PoisonStorage> OpenAsync(string? storage, CancellationToken cancellationToken)
    {
        if (storage is not null && AccountOf(storage) is { } found)
        {
            var credential = new DefaultAzureCredential();
            return new PoisonStorage(
                found.Name,
                new BlobServiceClient(
                    Address(found, "blob"), credential, WithShortRetries(new BlobClientOptions { TrimBlobNameSlashes = false })),
                new QueueServiceClient(Address(found, "queue"), credential, WithShortRetries(new QueueClientOptions())),
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
            return new PoisonStorage(
                blobs.AccountName,
                blobs,
                new QueueServiceClient(connection, WithShortRetries(new QueueClientOptions())),
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

    private static T WithShortRetries<T>(T options) where T : ClientOptions
    {
        options.Retry.MaxRetries = 2;
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
