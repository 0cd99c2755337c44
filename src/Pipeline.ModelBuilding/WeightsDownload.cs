using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Pipeline.Diagnostics;

namespace Pipeline.ModelBuilding;

/// <summary>
/// Fetches published files. An interrupted download is resumed by this process or a later one; a file gets its final name only when its
/// size and MD5 match those that the publisher states.
/// </summary>
/// <param name="client">Sends the requests and retries those without a response; it needs no time limit for the body.</param>
/// <param name="stallTimeout">A body that sends no byte for this long counts as interrupted; null for 30 seconds.</param>
internal sealed class WeightsDownload(HttpClient client, TimeSpan? stallTimeout = null)
{
    private const int BufferSize = 1 << 18;

    // A connection that breaks more often than this needs the user's attention.
    private const int MostBreaks = 20;

    private readonly TimeSpan _stallTimeout = stallTimeout ?? TimeSpan.FromSeconds(30);

    /// <summary>Makes sure that a file is on this machine, complete and checked.</summary>
    /// <param name="file">The file. One with a <c>file:</c> address is checked and used in place.</param>
    /// <param name="folder">The target folder; created if missing. A correct file that exists there is not fetched again.</param>
    /// <param name="progress">Receives the progress; may be null.</param>
    /// <param name="cancellationToken">Ends it early; the part downloaded so far stays for a later attempt.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="HttpRequestException">The server cannot be reached, refuses, or breaks the connection too often.</exception>
    /// <exception cref="InvalidDataException">The file is not the published one.</exception>
    /// <exception cref="IOException">The disk is full, or cannot be written to.</exception>
    public async Task<string> FetchAsync(
        PublishedFile file, string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Address.IsFile)
        {
            return await UseAsync(file, progress, cancellationToken).ConfigureAwait(false);
        }

        Directory.CreateDirectory(folder);
        string target = Path.Combine(folder, file.Name);
        if (await IsThereAsync(file, target, cancellationToken).ConfigureAwait(false))
        {
            return target;
        }

        await using PartialFile part = await PartialFile.OpenAsync(target, file, cancellationToken).ConfigureAwait(false);
        RequireSpace(file, folder, part.Length);
        await ReceiveAsync(file, part, progress, cancellationToken).ConfigureAwait(false);
        if (ErrorOf(file, part.Length, part.Md5()) is { } error)
        {
            part.Delete();
            throw new InvalidDataException(
                $"'{file.Address}' {error}. It was damaged in transit, or is another version; it was deleted. " +
                "Run the command again, or name another source: --from DIR|URL");
        }

        part.Finish();
        return target;
    }

    /// <summary>Whether a file on this machine is the published one, by size and MD5.</summary>
    /// <param name="file">The published file.</param>
    /// <param name="path">The file on this machine; it may be missing.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    public static async Task<bool> IsThereAsync(PublishedFile file, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        return await FindErrorAsync(file, path, progress: null, cancellationToken).ConfigureAwait(false) is null;
    }

    private static async Task<string> UseAsync(
        PublishedFile file, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        string path = file.Address.LocalPath;
        return await FindErrorAsync(file, path, progress, cancellationToken).ConfigureAwait(false) is { } error
            ? throw new InvalidDataException(
                $"'{path}' {error}. Put the file there as it is published, or name another source: --from DIR|URL")
            : path;
    }

    /// <summary>What is wrong with a file on this machine; null if nothing is.</summary>
    private static async Task<string?> FindErrorAsync(
        PublishedFile file, string path, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return "is missing";
        }

        await using FileStream stream = File.OpenRead(path);
        if (stream.Length > file.MostBytes || stream.Length < file.Bytes)
        {
            return ErrorOf(file, stream.Length, file.Md5);
        }

        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        long length = await PartialFile.HashAsync(stream, md5, progress, cancellationToken).ConfigureAwait(false);
        return ErrorOf(file, length, Convert.ToHexStringLower(md5.GetCurrentHash()));
    }

    private static string? ErrorOf(PublishedFile file, long length, string md5) =>
        file.Bytes is { } bytes && length != bytes ? $"has {length:N0} bytes instead of {bytes:N0}"
        : length > file.MostBytes ? $"has {length:N0} bytes; at most {file.MostBytes:N0} are expected"
        : !md5.Equals(file.Md5, StringComparison.OrdinalIgnoreCase) ? $"has the MD5 {md5} instead of {file.Md5}"
        : null;

    private static void RequireSpace(PublishedFile file, string folder, long there)
    {
        string path = Path.GetFullPath(folder);
        string drive = OperatingSystem.IsWindows() ? Path.GetPathRoot(path)! : path;
        if (drive.StartsWith(@"\\", StringComparison.Ordinal))
        {
            // A network share of Windows is not a drive; its free space is unknown.
            return;
        }

        long needed = file.MostBytes - there;
        long free = new DriveInfo(drive).AvailableFreeSpace;
        if (needed > free)
        {
            throw new IOException(
                $"'{file.Name}' needs {needed:N0} bytes more in '{path}', where {free:N0} are free. Free space there, " +
                "then run the command again.");
        }
    }

    private async Task ReceiveAsync(
        PublishedFile file, PartialFile part, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        for (int breaks = 1; part.Length != file.Bytes; breaks++)
        {
            string? error = await ReceiveOnceAsync(file, part, progress, cancellationToken).ConfigureAwait(false);
            if (error is null)
            {
                return;
            }

            if (breaks > MostBreaks)
            {
                throw new HttpRequestException($"'{file.Address}' {error}, after {breaks} attempts. {part.Kept}");
            }
        }
    }

    /// <summary>Sends one request and reads as much of its body as arrives.</summary>
    /// <returns>Null if the body is complete; else what interrupted it.</returns>
    private async Task<string?> ReceiveOnceAsync(
        PublishedFile file, PartialFile part, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(file, part, cancellationToken).ConfigureAwait(false);
        HttpContentHeaders headers = response.Content.Headers;
        bool asked = response.RequestMessage!.Headers.Range is not null;
        bool continues = asked && response.StatusCode == HttpStatusCode.PartialContent && headers.ContentRange?.From == part.Length;
        if (!continues && response.StatusCode != HttpStatusCode.OK)
        {
            if (!asked || response.StatusCode is not (HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable))
            {
                throw new HttpRequestException(
                    HttpRequestError.InvalidResponse,
                    $"'{file.Address}' answers {(int)response.StatusCode} ({response.ReasonPhrase}). {OtherSource(file)}",
                    statusCode: response.StatusCode);
            }

            part.Begin(null);
            return $"answers {(int)response.StatusCode} to a request for the rest";
        }

        long? total = continues ? headers.ContentRange!.Length : headers.ContentLength;
        if (total > file.MostBytes || total < file.Bytes)
        {
            string expected = file.Bytes is null ? $"at most {file.MostBytes:N0}" : $"{file.Bytes:N0}";
            throw new InvalidDataException($"'{file.Address}' offers {total:N0} bytes instead of {expected}. {OtherSource(file)}");
        }

        if (!continues)
        {
            part.Begin(VersionOf(response.Headers, headers));
        }

        try
        {
            await CopyAsync(response.Content, file, part, total ?? file.Bytes, progress, cancellationToken).ConfigureAwait(false);
            return part.Length < (total ?? file.Bytes) ? "broke off" : null;
        }
        catch (IOException exception) when (exception is not PartialFileException)
        {
            return $"broke off ({exception.Message.TrimEnd('.')})";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"sent nothing for {_stallTimeout.TotalSeconds:0.#} s");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(PublishedFile file, PartialFile part, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, file.Address);
        if (part.Length > 0 && RangeConditionHeaderValue.TryParse(part.Version, out RangeConditionHeaderValue? same))
        {
            request.Headers.Range = new RangeHeaderValue(part.Length, null);
            request.Headers.IfRange = same;
        }

        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever the client's handlers throw: there was no response.
            throw new HttpRequestException(
                $"'{file.Address}' cannot be reached ({exception.Message.TrimEnd('.')}). {OtherSource(file)}", exception);
        }
    }

    private async Task CopyAsync(
        HttpContent content,
        PublishedFile file,
        PartialFile part,
        long? total,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using Stream body = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[BufferSize];
        while (true)
        {
            progress?.Report(new DownloadProgress(part.Length, total));
            stall.CancelAfter(_stallTimeout);
            int read = await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            if (part.Length + read > file.MostBytes)
            {
                part.Delete();
                throw new InvalidDataException(
                    $"'{file.Address}' sends more than the {file.MostBytes:N0} bytes that are expected; nothing was kept. " +
                    $"{OtherSource(file)}");
            }

            await part.AppendAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The value for If-Range: a strong entity tag, or else the date of the last change.</summary>
    private static string? VersionOf(HttpResponseHeaders response, HttpContentHeaders content) =>
        response.ETag is { IsWeak: false } tag ? tag.ToString() : content.LastModified?.ToString("R", CultureInfo.InvariantCulture);

    private static string OtherSource(PublishedFile file) =>
        $"To use another source, name a folder or an address that has the file '{file.Name}': --from DIR|URL";
}

/// <summary>The progress of a download.</summary>
/// <param name="Done">Bytes downloaded so far.</param>
/// <param name="Total">Bytes of the whole; null if unknown.</param>
internal readonly record struct DownloadProgress(long Done, long? Total);
