using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using NetVips;
using Pipeline.Diagnostics;

namespace Pipeline.Imaging;

/// <summary>
/// Validates and decodes untrusted image bytes: length, format and number of pixels are checked from the header before a pixel is decoded.
/// Safe to call from several threads. The asynchronous calls decode as many images at a time as there are processors, and of large ones as
/// many as together need no more than <see cref="Budget"/>, so that memory has a bound.
/// </summary>
public sealed class ImageDecoder : IDisposable
{
    /// <summary>
    /// Bytes that all decodes together hold at one time: 512 MB. An image that needs more takes them alone; most within the usual limits is
    /// an interlaced PNG of 50 megapixels with 16-bit opacity: 400 MB, and 300 MB for its pixels where all are wanted.
    /// </summary>
    internal const long Budget = 512L * 1024 * 1024;

    private readonly SemaphoreSlim _decoding = new(Environment.ProcessorCount);
    private readonly DecodingBudget _memory;

    /// <summary>A decoder for images within limits.</summary>
    /// <param name="limits">What is accepted.</param>
    public ImageDecoder(ImageLimits limits)
        : this(limits, Budget)
    {
    }

    internal ImageDecoder(ImageLimits limits, long budget) => (Limits, _memory) = (limits, new DecodingBudget(budget));

    /// <summary>What is let in.</summary>
    public ImageLimits Limits { get; }

    /// <summary>
    /// Decodes and brings the image to a size, ignoring its aspect ratio. Waits for its turn without holding a thread, and decodes on the
    /// thread pool: for an app that answers many at once.
    /// </summary>
    /// <param name="encoded">The bytes of a JPEG, PNG, WebP, GIF, BMP or TIFF; they must not change before the end.</param>
    /// <param name="width">Width wanted, in pixels.</param>
    /// <param name="height">Height wanted, in pixels.</param>
    /// <param name="resampling">How.</param>
    /// <param name="cancellationToken">Ends the wait for a turn at once; an image that is just being decoded is decoded to its end.</param>
    /// <returns>The upright image in 8-bit sRGB: transparency over white, the first frame or page of several.</returns>
    /// <exception cref="InvalidImageException">The bytes are not accepted as an image.</exception>
    public Task<DecodedImage> DecodeAsync(
        EncodedImage encoded, int width, int height, Resampling resampling, CancellationToken cancellationToken) =>
        DecodeAsync(encoded, ToSize(width, height, resampling), isWhole: resampling == Resampling.Keras, cancellationToken);

    /// <summary>Decodes the image at its own size, up to <see cref="ImageLimits.MaxPixels"/> times 3 bytes.</summary>
    /// <inheritdoc cref="DecodeAsync(EncodedImage, int, int, Resampling, CancellationToken)"/>
    public Task<DecodedImage> DecodeAsync(EncodedImage encoded, CancellationToken cancellationToken) =>
        DecodeAsync(encoded, DecodeWhole, isWhole: true, cancellationToken);

    /// <summary>
    /// Decodes and brings the image to a size, ignoring its aspect ratio. At once and on the caller's thread, whatever else is decoded: for
    /// a caller that decodes one image after the other.
    /// </summary>
    /// <param name="encoded">The bytes of a JPEG, PNG, WebP, GIF, BMP or TIFF.</param>
    /// <param name="width">Width wanted, in pixels.</param>
    /// <param name="height">Height wanted, in pixels.</param>
    /// <param name="resampling">How.</param>
    /// <param name="image">The upright picture in 8-bit sRGB: transparency over white, the first frame or page of several.</param>
    /// <param name="rejection">Why it was not let in.</param>
    /// <returns>True if there is a picture.</returns>
    public bool TryDecode(
        ReadOnlyMemory<byte> encoded,
        int width,
        int height,
        Resampling resampling,
        [NotNullWhen(true)] out DecodedImage? image,
        [NotNullWhen(false)] out ImageRejection? rejection) =>
        TryDecode(encoded, ToSize(width, height, resampling), out image, out rejection);

    /// <summary>
    /// Decodes the image at its own size, up to <see cref="ImageLimits.MaxPixels"/> times 3 bytes. At once and on the caller's thread.
    /// </summary>
    /// <inheritdoc cref="TryDecode(ReadOnlyMemory{byte}, int, int, Resampling, out DecodedImage?, out ImageRejection?)"/>
    public bool TryDecode(
        ReadOnlyMemory<byte> encoded, [NotNullWhen(true)] out DecodedImage? image, [NotNullWhen(false)] out ImageRejection? rejection) =>
        TryDecode(encoded, DecodeWhole, out image, out rejection);

    /// <inheritdoc/>
    public void Dispose() => _decoding.Dispose();

    private static Func<byte[], ImageFormat, RgbImage> ToSize(int width, int height, Resampling resampling)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return (bytes, format) => (format, resampling) switch
        {
            (_, Resampling.Keras) => NearestNeighbour.Resize(DecodeWhole(bytes, format), width, height),
            (ImageFormat.Bmp, _) => LibVips.Reduce(DecodeWhole(bytes, format), width, height),
            _ => LibVips.DecodeAndReduce(bytes, format, width, height),
        };
    }

    private async Task<DecodedImage> DecodeAsync(
        EncodedImage encoded, Func<byte[], ImageFormat, RgbImage> decode, bool isWhole, CancellationToken cancellationToken)
    {
        await _decoding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            long share = await Task.Run(() => EstimateMemory(encoded.Bytes, isWhole), cancellationToken).ConfigureAwait(false);
            await _memory.TakeAsync(share, cancellationToken).ConfigureAwait(false);
            try
            {
                return await Task.Run(
                    () => TryDecode(encoded.Bytes, decode, out DecodedImage? image, out ImageRejection? rejection)
                        ? image
                        : throw new InvalidImageException(rejection, encoded.Name),
                    cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _memory.Return(share);
            }
        }
        finally
        {
            _decoding.Release();
        }
    }

    // What is refused needs none; why it is, decoding says.
    private long EstimateMemory(ReadOnlyMemory<byte> encoded, bool isWhole)
    {
        if (CheckBytes(encoded, out ImageFormat format) is not null)
        {
            return 0;
        }

        try
        {
            byte[] bytes = ToArray(encoded);
            (int width, int height) = ReadSize(bytes, format);
            long pixels = (long)width * height;
            if (pixels > Limits.MaxPixels)
            {
                return 0;
            }

            // libvips' pixels and our copy of them; or our own.
            long result = isWhole || format == ImageFormat.Bmp ? pixels * 6 : 0;
            return result + (format == ImageFormat.Bmp ? 0 : LibVips.EstimateMemory(bytes, format));
        }
        catch (Exception refused) when (refused is VipsException or InvalidDataException or UnsupportedImageException)
        {
            return 0;
        }
    }

    private bool TryDecode(
        ReadOnlyMemory<byte> encoded,
        Func<byte[], ImageFormat, RgbImage> decode,
        [NotNullWhen(true)] out DecodedImage? image,
        [NotNullWhen(false)] out ImageRejection? rejection)
    {
        image = null;
        rejection = CheckBytes(encoded, out ImageFormat format);
        if (rejection is not null)
        {
            return false;
        }

        using Step.Run run = Telemetry.Decode.Start("format", Name(format));
        byte[] bytes = ToArray(encoded);
        try
        {
            (int width, int height) = ReadSize(bytes, format);
            if ((long)width * height > Limits.MaxPixels)
            {
                rejection = new ImageRejection(
                    ImageFault.TooManyPixels,
                    $"The image has {width:N0} x {height:N0} pixels; at most {Limits.MaxPixels / 1_000_000:N0} megapixels are allowed.");
                return false;
            }

            image = new DecodedImage(decode(bytes, format), width, height, format);
            return true;
        }
        catch (VipsException)
        {
            rejection = new ImageRejection(
                ImageFault.Damaged, $"The {Name(format)} cannot be decoded: it is damaged, or it ends before its last pixel.");
            return false;
        }
        catch (UnsupportedImageException unsupported)
        {
            rejection = new ImageRejection(ImageFault.UnsupportedFormat, unsupported.Message);
            return false;
        }
        catch (InvalidDataException damaged)
        {
            rejection = new ImageRejection(ImageFault.Damaged, damaged.Message);
            return false;
        }
    }

    private ImageRejection? CheckBytes(ReadOnlyMemory<byte> encoded, out ImageFormat format)
    {
        format = default;
        if (encoded.IsEmpty)
        {
            return new ImageRejection(ImageFault.Empty, "There are no bytes. Send the bytes of an image.");
        }

        if (encoded.Length > Limits.MaxBytes)
        {
            return Limits.TooManyBytes(encoded.Length);
        }

        if (ImageSignature.Find(encoded.Span) is not { } found)
        {
            return new ImageRejection(
                ImageFault.UnsupportedFormat, "The bytes are no image of a supported format: JPEG, PNG, WebP, GIF, BMP and TIFF are allowed.");
        }

        format = found;
        return null;
    }

    private static (int Width, int Height) ReadSize(byte[] bytes, ImageFormat format)
    {
        if (format != ImageFormat.Bmp)
        {
            return LibVips.ReadSize(bytes, format);
        }

        BitmapReader bitmap = BitmapReader.Open(bytes);
        return (bitmap.Width, bitmap.Height);
    }

    private static RgbImage DecodeWhole(byte[] bytes, ImageFormat format)
    {
        if (format != ImageFormat.Bmp)
        {
            return LibVips.Decode(bytes, format);
        }

        BitmapReader bitmap = BitmapReader.Open(bytes);
        return new RgbImage(bitmap.Width, bitmap.Height, bitmap.ReadPixels(bytes));
    }

    private static string Name(ImageFormat format) => format == ImageFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();

    // libvips takes an array; where the memory is one, as nearly always, nothing is copied.
    private static byte[] ToArray(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : memory.ToArray();
}
