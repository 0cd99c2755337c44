using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Models.Store;
using Pipeline.Storage;

namespace Pipeline.Cli.Images;

/// <summary>An image that the user named.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Encoded">Its bytes.</param>
internal sealed record ImageFile(FileInfo File, ReadOnlyMemory<byte> Encoded)
{
    /// <summary>Its name without folder and extension, for the names of output files.</summary>
    public string Stem => Path.GetFileNameWithoutExtension(File.Name) is { Length: > 0 } stem ? stem : File.Name;

    /// <summary>Reads a file, unless it is larger than the limit for images.</summary>
    /// <exception cref="CommandFailure">It is missing or too large.</exception>
    public static async Task<ImageFile> ReadAsync(FileInfo file, ImageLimits limits, CancellationToken cancellationToken)
    {
        if (Directory.Exists(file.FullName))
        {
            throw new CommandFailure($"'{SourceTree.Display(file.FullName)}' is a folder. Name an image file.");
        }

        if (!file.Exists)
        {
            throw new CommandFailure($"There is no file '{SourceTree.Display(file.FullName)}'.");
        }

        // Checked before it is read: the decoder would need the whole file to report this.
        if (file.Length > limits.MaxBytes)
        {
            throw Failure(file, limits.TooManyBytes(file.Length));
        }

        try
        {
            // On another thread: opening a pipe waits for its writer, and nothing ends that wait early.
            byte[] encoded = await Task.Run(() => ReadUpTo(file.FullName, limits.MaxBytes + 1), cancellationToken)
                .WaitAsync(cancellationToken);
            return encoded.Length > limits.MaxBytes
                ? throw Failure(file, limits.TooManyBytes(encoded.Length))
                : new ImageFile(file, encoded);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                $"'{SourceTree.Display(file.FullName)}' cannot be read: {ShownText.OfLine(FileError.Describe(exception))}");
        }
    }

    /// <summary>A pipe or a device has no length, and may never end.</summary>
    private static byte[] ReadUpTo(string path, long limit)
    {
        using FileStream stream = System.IO.File.OpenRead(path);
        using var content = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; content.Length < limit
            && (read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, limit - content.Length))) > 0;)
        {
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    /// <summary>Decodes the image at its own size.</summary>
    /// <exception cref="CommandFailure">It is not accepted as an image; the message says why.</exception>
    public RgbImage Decode(ImageDecoder decoder) =>
        decoder.TryDecode(Encoded, out DecodedImage? image, out ImageRejection? rejection) ? image.Pixels : throw Failure(rejection);

    /// <summary>Decodes the image for models.</summary>
    /// <exception cref="CommandFailure">It is not accepted as an image; the message says why.</exception>
    public async Task<ModelInputs> DecodeForModelsAsync(
        ImageDecoder decoder, ModelCatalogue models, CancellationToken cancellationToken)
    {
        IEnumerable<InputForm> forms = models.Models.Select(model => model.InputForm);
        try
        {
            return await ModelInputs.DecodeAsync(decoder, Encoded, forms, cancellationToken);
        }
        catch (InvalidImageException invalid)
        {
            throw Failure(invalid.Rejection);
        }
    }

    /// <summary>The error for an image that is not accepted.</summary>
    public CommandFailure Failure(ImageRejection rejection) => Failure(File, rejection);

    private static CommandFailure Failure(FileInfo file, ImageRejection rejection) =>
        new($"'{SourceTree.Display(file.FullName)}' is not accepted as an image. {rejection.Detail}");
}
