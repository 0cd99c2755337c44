using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;

namespace Pipeline.Storage.Access;

/// <summary>
/// Addresses of stored images at which storage itself hands them out for a quarter of an hour, to whoever has the address: signed with a
/// user delegation key, which storage gives to the app's identity, so that no account key is needed.
/// </summary>
/// <remarks>
/// The key is asked for once an hour at most. While there is none, because storage does not respond or the identity lacks the role Storage
/// Blob Delegator, callers get null after two seconds at most and give the app's own addresses; that is logged once, until it succeeds.
/// Safe to call from several threads.
/// </remarks>
/// <param name="service">The account; null where addresses are not signed: it is opened by a connection string, or a setting says so.</param>
/// <param name="images">The container.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs why there is no key.</param>
public sealed partial class SignedAddresses(
    BlobServiceClient? service, ImagesContainer images, TimeProvider time, ILogger<SignedAddresses> logger)
{
    /// <summary>The setting that turns signed addresses off, as where callers cannot reach storage.</summary>
    internal const string Setting = "Urls:Signed";

    // A role that is taken from the app counts for addresses made before until this ends.
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(1);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task<Fetched>? _latest;
    private bool _failing;

    /// <summary>What signs addresses now; null where they are not signed, or cannot be at the moment.</summary>
    internal async Task<AddressSigner?> FindSignerAsync(CancellationToken cancellationToken)
    {
        if (service is null)
        {
            return null;
        }

        try
        {
            Fetched fetched = await LatestAsync(service).WaitAsync(LongestWait, time, cancellationToken).ConfigureAwait(false);
            return fetched.Key is { } key ? new AddressSigner(key, service.AccountName, images, time.GetUtcNow()) : null;
        }
        catch (TimeoutException)
        {
            // The attempt goes on, and logs how it ends.
            return null;
        }
    }

    private Task<Fetched> LatestAsync(BlobServiceClient account)
    {
        lock (_lock)
        {
            if (_latest is null || (_latest.IsCompletedSuccessfully && _latest.Result.Until <= time.GetUtcNow()))
            {
                _latest = Task.Run(() => FetchAsync(account));
            }

            return _latest;
        }
    }

    private async Task<Fetched> FetchAsync(BlobServiceClient account)
    {
        try
        {
            DateTimeOffset end = time.GetUtcNow() + KeyLifetime;
            UserDelegationKey key = await account
                .GetUserDelegationKeyAsync(new BlobGetUserDelegationKeyOptions(end)).ConfigureAwait(false);
            if (Interlocked.Exchange(ref _failing, false))
            {
                LogBack();
            }

            // An address has to end before its key does.
            return new Fetched(key, end - AddressSigner.LongestLifetime);
        }
        catch (Exception exception)
        {
            // Whatever it was: the app's own addresses serve as well, and no query fails for want of a signature.
            if (!Interlocked.Exchange(ref _failing, true))
            {
                LogFailed(exception);
            }

            return new Fetched(null, time.GetUtcNow() + RetryPause);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Storage gives no key to sign the images' addresses with, so responses have the app's own. It is tried again each " +
            "minute. If this goes on, give the app's identity the role Storage Blob Delegator on the account, or set Urls__Signed to " +
            "false")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The images' addresses are signed again")]
    private partial void LogBack();

    /// <param name="Key">The key; null where storage gave none.</param>
    /// <param name="Until">When to ask again.</param>
    private sealed record Fetched(UserDelegationKey? Key, DateTimeOffset Until);
}
