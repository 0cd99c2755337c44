using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Diagnostics;
using Pipeline.Models.Store;

namespace Pipeline.ModelBuilding;

/// <summary>
/// An incomplete download: <c>NAME.part</c>, and beside it <c>NAME.part.json</c>, which says what it is a part of. Both stay after the
/// process has ended, so that a later one can resume.
/// </summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly string _target;
    private readonly Uri _address;
    private readonly FileStream _file;
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);

    private PartialFile(string target, Uri address)
    {
        _target = target;
        _address = address;
        _file = new FileStream(
            PartOf(target), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
    }

    /// <summary>Bytes downloaded so far.</summary>
    public long Length { get; private set; }

    /// <summary>
    /// Entity tag or date of the version that this is a part of; null if there is nothing yet, or if it cannot be resumed.
    /// </summary>
    public string? Version { get; private set; }

    /// <summary>What another attempt will do, for messages.</summary>
    public string Kept => Version is null
        ? "Run the command again."
        : $"The {Length:N0} bytes downloaded so far are kept: run the command again to resume.";

    /// <summary>Opens what an earlier download left, or begins a new file.</summary>
    /// <param name="target">The final path.</param>
    /// <param name="file">What is downloaded; a part of another file, or from another address, is discarded.</param>
    /// <param name="cancellationToken">Ends the reading of the existing part.</param>
    public static async Task<PartialFile> OpenAsync(string target, PublishedFile file, CancellationToken cancellationToken)
    {
        var part = new PartialFile(target, file.Address);
        try
        {
            if (part._file.Length > 0)
            {
                if (part._file.Length <= file.MostBytes && part.ReadVersion() is { } version)
                {
                    part.Version = version;
                    part.Length = await HashAsync(part._file, part._md5, progress: null, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    part.Begin(null);
                }
            }

            return part;
        }
        catch
        {
            await part.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Hashes a stream to its end.</summary>
    /// <returns>Bytes read.</returns>
    public static async Task<long> HashAsync(
        Stream stream, IncrementalHash hash, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        long done = 0;
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            done += read;
            progress?.Report(new DownloadProgress(done, stream.Length));
        }

        return done;
    }

    /// <summary>Discards the existing part and begins at the first byte.</summary>
    /// <param name="version">Entity tag or date of the new content; null if the server sends none, and then it cannot be resumed.</param>
    public void Begin(string? version)
    {
        File.Delete(StateOf(_target));
        if (_file.Length > 0)
        {
            _file.SetLength(0);
        }

        _file.Position = 0;
        _md5.GetHashAndReset();
        Length = 0;
        Version = version;
        if (version is not null)
        {
            File.WriteAllBytes(StateOf(_target), JsonSerializer.SerializeToUtf8Bytes(new State(_address, version)));
        }
    }

    /// <summary>Appends.</summary>
    /// <exception cref="PartialFileException">The file cannot be written.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new PartialFileException(
                $"'{_file.Name}' cannot be written: {FileError.Describe(exception).TrimEnd('.')}. {Kept}", exception);
        }

        _md5.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    /// <summary>The MD5 of the bytes so far.</summary>
    public string Md5() => Convert.ToHexStringLower(_md5.GetCurrentHash());

    /// <summary>Flushes the complete file to the disk and gives it its final name.</summary>
    public void Finish()
    {
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        File.Move(PartOf(_target), _target, overwrite: true);
        File.Delete(StateOf(_target));
    }

    /// <summary>Deletes the part.</summary>
    public void Delete()
    {
        _file.Dispose();
        File.Delete(PartOf(_target));
        File.Delete(StateOf(_target));
    }

    /// <summary>Closes the file; the part stays for a later attempt.</summary>
    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        _md5.Dispose();
    }

    private static string PartOf(string target) => $"{target}.part";

    private static string StateOf(string target) => $"{target}.part.json";

    private string? ReadVersion()
    {
        try
        {
            State? state = JsonSerializer.Deserialize<State>(File.ReadAllBytes(StateOf(_target)));
            return state?.Address == _address ? state.Version : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            // It is unknown what the part belongs to, so the file is fetched from the beginning.
            return null;
        }
    }

    private sealed record State(Uri Address, string Version);
}

/// <summary>A download ended because of the disk, not because of the network.</summary>
internal sealed class PartialFileException(string message, Exception cause) : IOException(message, cause);
