using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Storage;
using Pipeline.Storage.Access;

namespace Pipeline.Tests.Storage.Access;

public class SignedAddressesTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 10, 2, 3, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly KeyService _service;
    private readonly RecordedLog<SignedAddresses> _log = new();
    private readonly SignedAddresses _addresses;

    public SignedAddressesTests()
    {
        _service = new KeyService(_time);
        _addresses = new SignedAddresses(_service, new ImagesContainer(_service.Images), _time, _log);
    }

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_address_is_for_reading_this_blob_by_HTTPS_for_a_quarter_of_an_hour()
    {
        Uri address = (await SignAsync("ü/a b%2F#1.jpg"))!;

        var parsed = new BlobUriBuilder(address, trimBlobNameSlashes: false);
        Assert.Equal(("images", "ü/a b%2F#1.jpg", "account"), (parsed.BlobContainerName, parsed.BlobName, parsed.AccountName));
        Assert.Equal(
            ("r", "b", SasProtocol.Https, new DateTimeOffset(2026, 5, 4, 10, 20, 0, TimeSpan.Zero)),
            (parsed.Sas.Permissions, parsed.Sas.Resource, parsed.Sas.Protocol, parsed.Sas.ExpiresOn));
        Assert.NotEmpty(parsed.Sas.Signature);
        Assert.NotEqual(
            parsed.Sas.Signature, new BlobUriBuilder((await SignAsync("other.jpg"))!, trimBlobNameSlashes: false).Sas.Signature);
    }

    // What was claimed when the blob was stored does not count: it may be text/html.
    [Theory]
    [InlineData("a.JPG", "image/jpeg", "inline")]
    [InlineData("a.webp", "image/webp", "inline")]
    [InlineData("a.svg", "application/octet-stream", "attachment")]
    [InlineData("a.html", "application/octet-stream", "attachment")]
    [InlineData("a.png/x", "application/octet-stream", "attachment")]
    [InlineData("png", "application/octet-stream", "attachment")]
    public async Task The_address_says_the_type_by_the_ending_of_the_name_and_the_rest_is_a_file(string name, string type, string shown)
    {
        BlobSasQueryParameters signature = new BlobUriBuilder((await SignAsync(name))!, trimBlobNameSlashes: false).Sas;

        Assert.Equal((type, shown), (signature.ContentType, signature.ContentDisposition));
    }

    [Fact]
    public async Task An_address_stays_for_five_minutes_and_is_always_good_for_fifteen()
    {
        _time.SetUtcNow(new DateTimeOffset(2026, 5, 4, 10, 5, 0, TimeSpan.Zero));
        Uri first = (await SignAsync("a.jpg"))!;
        _time.Advance(TimeSpan.FromMinutes(4.9));
        Uri same = (await SignAsync("a.jpg"))!;
        _time.Advance(TimeSpan.FromMinutes(0.2));
        Uri next = (await SignAsync("a.jpg"))!;

        Assert.Equal(first, same);
        Assert.NotEqual(first, next);
        Assert.Equal(new DateTimeOffset(2026, 5, 4, 10, 25, 0, TimeSpan.Zero), new BlobUriBuilder(same).Sas.ExpiresOn);
    }

    [Fact]
    public async Task One_key_serves_until_shortly_before_its_end_and_no_address_outlives_its_key()
    {
        for (int minute = 0; minute < 180; minute++)
        {
            BlobSasQueryParameters signature = new BlobUriBuilder((await SignAsync("a.jpg"))!).Sas;
            Assert.InRange(signature.ExpiresOn, _time.GetUtcNow().AddMinutes(15), signature.KeyExpiresOn);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(_service.Calls, 4, 5);
    }

    [Fact]
    public async Task Callers_at_the_same_time_ask_for_one_key()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _addresses.FindSignerAsync(CancellationToken)));

        Assert.Equal(1, _service.Calls);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_signed_which_is_logged_once_and_tried_again_each_minute_until_it_succeeds()
    {
        _service.Fault = new RequestFailedException(403, "no role", "AuthorizationPermissionMismatch", null);

        Assert.Null(await SignAsync("a.jpg"));
        Assert.Null(await SignAsync("a.jpg"));
        int before = _service.Calls;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await SignAsync("a.jpg"));
        _service.Fault = null;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(await SignAsync("a.jpg"));

        Assert.Equal((1, 3), (before, _service.Calls));
        (LogLevel level, string message, Exception? _) = _log.Entries.First();
        Assert.Equal((LogLevel.Warning, 2), (level, _log.Entries.Count));
        Assert.Contains("the role Storage Blob Delegator", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_waits_two_seconds_for_a_key_and_no_longer()
    {
        _service.Pause = new TaskCompletionSource();
        Task<AddressSigner?> waiting = _addresses.FindSignerAsync(CancellationToken);
        while (!waiting.IsCompleted)
        {
            await Task.Delay(1, CancellationToken);
            _time.Advance(TimeSpan.FromSeconds(0.5));
        }

        Assert.Null(await waiting);
        _service.Pause.SetResult();
        Assert.NotNull(await _addresses.FindSignerAsync(CancellationToken));
        Assert.Equal(1, _service.Calls);
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_end_the_call_for_the_others()
    {
        _service.Pause = new TaskCompletionSource();
        using var left = new CancellationTokenSource();
        Task<AddressSigner?> leaving = _addresses.FindSignerAsync(left.Token);
        Task<AddressSigner?> staying = _addresses.FindSignerAsync(CancellationToken);
        await left.CancelAsync();
        _service.Pause.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.NotNull(await staying);
    }

    [Theory]
    [InlineData("a/../b.jpg")]
    [InlineData("a\\b.jpg")]
    public async Task A_name_that_leads_to_no_blob_is_not_signed(string name) => Assert.Null(await SignAsync(name));

    [Fact]
    public async Task Where_addresses_are_not_signed_no_key_is_asked_for()
    {
        var plain = new SignedAddresses(null, new ImagesContainer(_service.Images), _time, _log);

        Assert.Null(await plain.FindSignerAsync(CancellationToken));
        Assert.Equal(0, _service.Calls);
    }

    private async Task<Uri?> SignAsync(string name) => (await _addresses.FindSignerAsync(CancellationToken))?.Sign(name);

    /// <summary>An account that gives keys to sign with.</summary>
    private sealed class KeyService(TimeProvider time) : BlobServiceClient(
        new Uri("https://account.blob.core.windows.net"), new BlobClientOptions { TrimBlobNameSlashes = false })
    {
        private int _calls;

        public BlobContainerClient Images => GetBlobContainerClient("images");

        public int Calls => _calls;

        public Exception? Fault { get; set; }

        public TaskCompletionSource? Pause { get; set; }

        public override async Task<Response<UserDelegationKey>> GetUserDelegationKeyAsync(
            BlobGetUserDelegationKeyOptions options, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _calls);
            await (Pause?.Task ?? Task.CompletedTask);
            return Fault is not null ? throw Fault : Response.FromValue(
                BlobsModelFactory.UserDelegationKey(
                    "object", "tenant", time.GetUtcNow(), options.ExpiresOn, "b", "2025-01-05", Convert.ToBase64String(new byte[32])),
                new BareResponse(200));
        }
    }
}
