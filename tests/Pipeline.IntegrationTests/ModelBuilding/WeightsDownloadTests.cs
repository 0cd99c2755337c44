using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pipeline.Cli.Setup;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.ModelBuilding;

namespace Pipeline.IntegrationTests.ModelBuilding;

/// <summary>Downloads from a web server of the test that simulates failures of servers and networks.</summary>
public sealed class WeightsDownloadTests : IDisposable
{
    private const string Name = "weights.h5";

    private static readonly byte[] Content = Random(3_000_000);
    private static readonly EntityTagHeaderValue Tag = new("\"first\"");

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-download-").FullName;
    private readonly HttpClient _client = WeightsClient.Create(pause: TimeSpan.FromMilliseconds(1));

    private string Target => Path.Combine(_folder, Name);

    private string Part => $"{Target}.part";

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_complete_file_gets_its_name_and_progress_is_reported_to_the_end()
    {
        await using FileServer server = await ServeAsync();
        var progress = new Progresses();

        string path = await FetchAsync(server, progress: progress);

        Assert.Equal(Target, path);
        AssertOnlyTheWholeFile();
        Assert.Equal(new DownloadProgress(Content.Length, Content.Length), progress.Reported[^1]);
        Assert.Equal(progress.Reported.Select(report => report.Done).Order(), progress.Reported.Select(report => report.Done));
    }

    [Fact]
    public async Task A_file_that_is_there_and_right_is_not_fetched_again()
    {
        await using FileServer server = await ServeAsync();
        await FetchAsync(server);

        await FetchAsync(server);

        Assert.Single(server.Ranges);
    }

    [Fact]
    public async Task A_file_that_is_there_and_wrong_is_replaced()
    {
        await using FileServer server = await ServeAsync();
        byte[] changed = [.. Content];
        changed[1_000_000] ^= 1;
        await File.WriteAllBytesAsync(Target, changed, TestContext.Current.CancellationToken);

        await FetchAsync(server);

        AssertOnlyTheWholeFile();
    }

    [Fact]
    public async Task An_interrupted_body_is_resumed_where_it_stopped()
    {
        await using FileServer server = await FileServer.StartAsync((context, request) =>
            request == 1 ? BreakOffAsync(context, 1_000_000) : SendAsync(context));

        await FetchAsync(server);

        AssertOnlyTheWholeFile();
        Assert.Equal(["", "bytes=1000000-"], server.Ranges);
    }

    [Fact]
    public async Task A_cancelled_download_is_resumed_by_the_next_one()
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using FileServer server = await FileServer.StartAsync((context, request) =>
            request == 1 ? StallAsync(context, 1_000_000) : SendAsync(context));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FetchAsync(
            server, progress: new Progresses(
                report => { if (report.Done == 1_000_000) { cancelled.Cancel(); } }), cancellationToken: cancelled.Token));
        Assert.False(File.Exists(Target));
        await FetchAsync(server);

        AssertOnlyTheWholeFile();
        Assert.Equal(["", "bytes=1000000-"], server.Ranges);
    }

    [Fact]
    public async Task A_body_that_stalls_counts_as_interrupted()
    {
        await using FileServer server = await FileServer.StartAsync((context, request) =>
            request == 1 ? StallAsync(context, 1_000_000) : SendAsync(context));

        await FetchAsync(server, stallTimeout: TimeSpan.FromSeconds(1));

        AssertOnlyTheWholeFile();
        Assert.Equal(["", "bytes=1000000-"], server.Ranges);
    }

    [Fact]
    public async Task A_connection_that_breaks_too_often_ends_it_with_a_message_and_the_next_attempt_resumes()
    {
        const int Piece = 1000;
        const int MostBreaks = 21;
        await using FileServer server = await FileServer.StartAsync((context, request) => request > MostBreaks
            ? SendAsync(context)
            : BreakOffAsync(context, from: (request - 1) * Piece, to: request * Piece, Tag));

        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync(server));
        Assert.Contains("broke off", exception.Message, StringComparison.Ordinal);
        Assert.Contains(
            "21,000 bytes downloaded so far are kept: run the command again to resume", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
        await FetchAsync(server);

        AssertOnlyTheWholeFile();
        Assert.Equal("bytes=21000-", server.Ranges[^1]);
        Assert.Equal(MostBreaks + 1, server.Ranges.Count);
    }

    [Fact]
    public async Task A_server_without_ranges_sends_the_whole_file_again()
    {
        await using FileServer server = await FileServer.StartAsync((context, request) =>
            request == 1 ? BreakOffAsync(context, 1_000_000) : SendAsync(context, ranges: false));

        await FetchAsync(server);

        AssertOnlyTheWholeFile();
        Assert.Equal(2, server.Ranges.Count);
    }

    [Fact]
    public async Task A_server_that_sends_no_version_gets_no_range_request()
    {
        await using FileServer server = await FileServer.StartAsync((context, request) =>
            request == 1 ? BreakOffAsync(context, from: 0, to: 1_000_000, tag: null) : SendAsync(context));

        await FetchAsync(server);

        AssertOnlyTheWholeFile();
        Assert.Equal(["", ""], server.Ranges);
    }

    [Fact]
    public async Task A_file_that_changed_at_its_place_is_fetched_from_the_beginning()
    {
        await using FileServer server = await FileServer.StartAsync((context, request) => request == 1
            ? BreakOffAsync(context, 1_000_000, content: Random(3_000_000))
            : SendAsync(context, tag: new EntityTagHeaderValue("\"second\"")));

        await FetchAsync(server);

        AssertOnlyTheWholeFile();
        Assert.Equal(2, server.Ranges.Count);
    }

    [Theory]
    [InlineData(416)]
    [InlineData(206)]
    public async Task An_unexpected_response_to_a_range_request_starts_over(int status)
    {
        await using FileServer server = await FileServer.StartAsync((context, request) =>
        {
            context.Response.StatusCode = status;
            return request == 1 ? BreakOffAsync(context, 1_000_000) : request == 2 ? Task.CompletedTask : SendAsync(context);
        });

        await FetchAsync(server);

        AssertOnlyTheWholeFile();
        Assert.Equal("", server.Ranges[2]);
    }

    [Fact]
    public async Task A_part_of_unknown_origin_is_discarded()
    {
        await using FileServer server = await ServeAsync();
        await File.WriteAllBytesAsync(Part, new byte[1000], TestContext.Current.CancellationToken);

        await FetchAsync(server);

        AssertOnlyTheWholeFile();
        Assert.Equal([""], server.Ranges);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(500)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task A_server_that_is_busy_is_asked_again(int status)
    {
        await using FileServer server = await FileServer.StartAsync((context, request) =>
        {
            context.Response.StatusCode = status;
            return request <= 2 ? Task.CompletedTask : SendAsync(context);
        });

        await FetchAsync(server);

        AssertOnlyTheWholeFile();
        Assert.Equal(3, server.Ranges.Count);
    }

    [Theory]
    [InlineData(404, 1)]
    [InlineData(403, 1)]
    [InlineData(503, 4)]
    public async Task A_refusal_is_reported_with_the_address_and_another_source(int status, int requests)
    {
        await using FileServer server = await FileServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync(server));

        Assert.Contains($"'{server.Address}{Name}' answers {status}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--from DIR|URL", exception.Message, StringComparison.Ordinal);
        Assert.Equal(requests, server.Ranges.Count);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_wrong_checksum_leaves_nothing_and_reports_both()
    {
        byte[] other = Random(Content.Length);
        await using FileServer server = await FileServer.StartAsync((context, _) => SendAsync(context, other));

        InvalidDataException exception = await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(server));

        Assert.Contains($"has the MD5 {Md5(other)} instead of {Md5(Content)}", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_file_of_another_announced_size_is_refused_before_it_is_read(int more)
    {
        await using FileServer server = await FileServer.StartAsync((context, _) => SendAsync(context, Random(Content.Length + more)));
        var progress = new Progresses();

        InvalidDataException exception = await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(server, progress: progress));

        Assert.Contains(
            $"offers {Content.Length + more:N0} bytes instead of {Content.Length:N0}", exception.Message, StringComparison.Ordinal);
        Assert.Empty(progress.Reported);
        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_endless_body_is_abandoned_when_it_is_longer_than_the_file(bool statesSize)
    {
        await using FileServer server = await FileServer.StartAsync(async (context, _) =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(Content, context.RequestAborted);
            }
        });
        PublishedFile file = FileAt(server) with { Bytes = statesSize ? Content.Length : null };

        InvalidDataException exception = await Assert.ThrowsAsync<InvalidDataException>(
            () => new WeightsDownload(_client).FetchAsync(file, _folder, null, TestContext.Current.CancellationToken));

        Assert.Contains($"more than the {(statesSize ? Content.Length : 1 << 20):N0} bytes", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_file_of_unstated_size_is_fetched_by_its_checksum()
    {
        byte[] small = Random(50_000);
        await using FileServer server = await FileServer.StartAsync((context, _) => context.Response.Body.WriteAsync(small).AsTask());

        string path = await new WeightsDownload(_client).FetchAsync(
            new PublishedFile(new Uri(server.Address, Name), null, Md5(small)), _folder, null, TestContext.Current.CancellationToken);

        Assert.Equal(small, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_a_network_the_message_names_the_address_and_another_source()
    {
        var file = new PublishedFile(new Uri($"http://127.0.0.1:{OwnPorts.Take(1)[0]}/{Name}"), Content.Length, Md5(Content));

        HttpRequestException exception = await Assert.ThrowsAsync<HttpRequestException>(
            () => new WeightsDownload(_client).FetchAsync(file, _folder, null, TestContext.Current.CancellationToken));

        Assert.Contains($"'{file.Address}' cannot be reached", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--from DIR|URL", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_disk_without_space_is_detected_before_the_first_byte()
    {
        await using FileServer server = await ServeAsync();

        IOException exception = await Assert.ThrowsAsync<IOException>(() => new WeightsDownload(_client).FetchAsync(
            FileAt(server) with { Bytes = 1L << 60 }, _folder, null, TestContext.Current.CancellationToken));

        Assert.Contains("Free space", exception.Message, StringComparison.Ordinal);
        Assert.Empty(server.Ranges);
    }

    [Fact]
    public async Task A_disk_that_becomes_full_ends_it_with_what_to_do()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Only Linux has a device that is always full.");
        await using FileServer server = await ServeAsync();
        File.CreateSymbolicLink(Part, "/dev/full");

        IOException exception = await Assert.ThrowsAnyAsync<IOException>(() => FetchAsync(server));

        Assert.Contains(Part, exception.Message, StringComparison.Ordinal);
        Assert.Contains("Make room on that disk", exception.Message, StringComparison.Ordinal);
        Assert.Contains(
            "The 0 bytes downloaded so far are kept: run the command again to resume", exception.Message, StringComparison.Ordinal);
        Assert.Single(server.Ranges);
        Assert.True(File.Exists(Part));
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_folder_as_source_is_used_in_place()
    {
        string source = Directory.CreateDirectory(Path.Combine(_folder, "source")).FullName;
        string there = Path.Combine(source, Name);
        PublishedFile file = new PublishedFile(new Uri("https://example.org/a/b/weights.h5"), Content.Length, Md5(Content)).At(source);
        var download = new WeightsDownload(_client);

        Task<string> Fetch() => download.FetchAsync(file, _folder, null, TestContext.Current.CancellationToken);

        Assert.Contains("is missing", (await Assert.ThrowsAsync<InvalidDataException>(Fetch)).Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(there, Content[1..], TestContext.Current.CancellationToken);
        Assert.Contains("2,999,999 bytes", (await Assert.ThrowsAsync<InvalidDataException>(Fetch)).Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(there, Content, TestContext.Current.CancellationToken);
        Assert.Equal(there, await Fetch());
        Assert.Equal([there], Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Another_place_is_a_folder_or_an_address()
    {
        var file = new PublishedFile(new Uri("https://example.org/a/weights.h5"), 1, "00");

        Assert.Equal("http://mirror/keras/weights.h5", file.At("http://mirror/keras").Address.ToString());
        Assert.Equal("https://mirror/keras/weights.h5", file.At("https://mirror/keras/").Address.ToString());
        Assert.Contains(
            "neither a folder", Assert.Throws<InvalidDataException>(() => file.At("ftp://mirror")).Message, StringComparison.Ordinal);
        Assert.Contains("not an address", Assert.Throws<InvalidDataException>(() => file.At("http://")).Message, StringComparison.Ordinal);
    }

    private static byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        System.Random.Shared.NextBytes(bytes);
        return bytes;
    }

    private static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    private static PublishedFile FileAt(FileServer server) => new(new Uri(server.Address, Name), Content.Length, Md5(Content));

    private static Task<FileServer> ServeAsync() => FileServer.StartAsync((context, _) => SendAsync(context));

    /// <summary>As a web server sends a file: ranges, If-Range, 416.</summary>
    private static Task SendAsync(HttpContext context, byte[]? content = null, EntityTagHeaderValue? tag = null, bool ranges = true)
    {
        context.Response.StatusCode = (int)HttpStatusCode.OK;
        return Results.Bytes(content ?? Content, entityTag: tag ?? Tag, enableRangeProcessing: ranges).ExecuteAsync(context);
    }

    private Task BreakOffAsync(HttpContext context, int after, byte[]? content = null) =>
        BreakOffAsync(context, from: 0, after, Tag, content);

    private async Task BreakOffAsync(HttpContext context, int from, int to, EntityTagHeaderValue? tag, byte[]? content = null)
    {
        await BeginAsync(context, content ?? Content, from, to, tag);

        // A connection that is reset takes with it what was not yet read.
        await Wait.UntilAsync(
            () => Task.FromResult(new FileInfo(Part) is { Exists: true } part && part.Length >= to), () => $"{to} bytes in '{Part}'");
        context.Abort();
    }

    private static async Task StallAsync(HttpContext context, int after)
    {
        await BeginAsync(context, Content, from: 0, after, Tag);
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    private static async Task BeginAsync(HttpContext context, byte[] content, int from, int to, EntityTagHeaderValue? tag)
    {
        context.Response.StatusCode = (int)(from == 0 ? HttpStatusCode.OK : HttpStatusCode.PartialContent);
        context.Response.ContentLength = content.Length - from;
        context.Response.Headers.ContentRange = from == 0 ? default : $"bytes {from}-{content.Length - 1}/{content.Length}";
        context.Response.Headers.ETag = tag?.ToString();
        await context.Response.Body.WriteAsync(content.AsMemory(from..to), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private Task<string> FetchAsync(
        FileServer server,
        IProgress<DownloadProgress>? progress = null,
        TimeSpan? stallTimeout = null,
        CancellationToken? cancellationToken = null) => new WeightsDownload(_client, stallTimeout).FetchAsync(
            FileAt(server), _folder, progress, cancellationToken ?? TestContext.Current.CancellationToken);

    private void AssertOnlyTheWholeFile()
    {
        Assert.Equal([Target], Directory.GetFiles(_folder));
        Assert.True(File.ReadAllBytes(Target).AsSpan().SequenceEqual(Content));
    }

    private sealed class Progresses(Action<DownloadProgress>? also = null) : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> Reported { get; } = [];

        public void Report(DownloadProgress value)
        {
            Reported.Add(value);
            also?.Invoke(value);
        }
    }
}
