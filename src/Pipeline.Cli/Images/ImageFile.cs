using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Cli.Images;

/// <summary>An image that the user named.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Encoded">Its bytes.</param>
internal sealed record ImageFile(FileInfo File, ReadOnlyMemory<byte> Encoded)
{
    /// <summary>Its name without folder and ending, which what is made of it is named after.</summary>
    public string Stem => Path.GetFileNameWithoutExtension(File.Name) is { Length: > 0 } stem ? stem : File.Name;

    /// <summary>Reads a file, unless it is larger than an image may be.</summary>
    /// <exception cref="CommandFailure">It is not there, or too large.</exception>
    public static async Task<ImageFile> ReadAsync(FileInfo file, ImageLimits limits, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw new CommandFailure($"There is no file '{SourceTree.Display(file.FullName)}'.");
        }

        // Refused before it is read: the decoder would need the whole of it to say so.
        return file.Length > limits.MaxBytes
            ? throw Failure(file, limits.TooManyBytes(file.Length))
            : new ImageFile(file, await System.IO.File.ReadAllBytesAsync(file.FullName, cancellationToken));
    }

    /// <summary>Decodes the image at its own size.</summary>
    /// <exception cref="CommandFailure">It is not let in; the message says why.</exception>
    public RgbImage Decode(ImageDecoder decoder) =>
        decoder.TryDecode(Encoded, out DecodedImage? image, out ImageRejection? rejection) ? image.Pixels : throw Failure(rejection);

    /// <summary>Decodes the image as every model of the catalogue takes it.</summary>
    /// <exception cref="CommandFailure">It is not let in; the message says why.</exception>
    public async Task<ModelInputs> DecodeForModelsAsync(ImageDecoder decoder, CancellationToken cancellationToken)
    {
        IEnumerable<InputForm> forms = ModelCatalogue.Default().Models.Select(model => model.InputForm);
        try
        {
            return await ModelInputs.DecodeAsync(decoder, Encoded, forms, cancellationToken);
        }
        catch (InvalidImageException invalid)
        {
            throw Failure(invalid.Rejection);
        }
    }

    /// <summary>What to tell of the image where it was not let in.</summary>
    public CommandFailure Failure(ImageRejection rejection) => Failure(File, rejection);

    private static CommandFailure Failure(FileInfo file, ImageRejection rejection) =>
        new($"'{SourceTree.Display(file.FullName)}' cannot be taken for an image. {rejection.Detail}");
}
