using Pipeline.Imaging;

namespace Pipeline.Cli.Pictures;

/// <summary>A picture that the user named: its bytes, and the sentence where it is none.</summary>
/// <param name="Path">As the user wrote it, for messages.</param>
/// <param name="Bytes">The whole file.</param>
internal sealed record PictureFile(string Path, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Its name without the folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Reads a file, unless it is larger than a picture may be.</summary>
    /// <exception cref="CommandFailure">It is not there, or too large.</exception>
    public static async Task<PictureFile> ReadAsync(string path, ImageLimits limits, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new CommandFailure($"There is no file '{path}'.");
        }

        // Looked at before reading: a film named by mistake is not read to its end.
        if (file.Length > limits.MaxBytes)
        {
            throw Failure(path, limits.TooManyBytes(file.Length));
        }

        return new PictureFile(path, await File.ReadAllBytesAsync(path, cancellationToken));
    }

    /// <summary>Decodes the picture at its own size.</summary>
    /// <exception cref="CommandFailure">It is not let in; the message says why.</exception>
    public DecodedImage Decode(ImageDecoder decoder) =>
        decoder.TryDecode(Bytes, out DecodedImage? image, out ImageRejection? rejection) ? image : throw Failure(rejection);

    /// <summary>Decodes and brings the picture to a size; see <see cref="ImageDecoder"/>.</summary>
    /// <exception cref="CommandFailure">It is not let in; the message says why.</exception>
    public DecodedImage Decode(ImageDecoder decoder, int width, int height, Resampling resampling) =>
        decoder.TryDecode(Bytes, width, height, resampling, out DecodedImage? image, out ImageRejection? rejection)
            ? image
            : throw Failure(rejection);

    /// <summary>What to tell of a picture that was refused.</summary>
    public CommandFailure Failure(ImageRejection rejection) => Failure(Path, rejection);

    private static CommandFailure Failure(string path, ImageRejection rejection) => new($"'{path}': {rejection.Detail}");
}
