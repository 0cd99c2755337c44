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

    private const int CheckedSize = 64;

    private readonly SemaphoreSlim _decoding = new(Environment.ProcessorCount);
    private readonly DecodingBudget _memory;

    /// <summary>A decoder for images within limits.</summary>
    /// <param name="limits">What is accepted.</param>
    public ImageDecoder(ImageLimits limits)
        : this(limits, Budget)
    {
    }

    internal ImageDecoder(ImageLimits limits, long budget) => (Limits, _memory) = (limits, new DecodingBudget(budget));

    /// <summary>What is accepted.</summary>
    internal ImageLimits Limits { get; }

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
    internal Task<DecodedImage> DecodeAsync(
        EncodedImage encoded, int width, int height, Resampling resampling, CancellationToken cancellationToken) =>
        DecodeAsync(encoded, ToSize(width, height, resampling), isWhole: resampling == Resampling.Keras, cancellationToken);

    /// <summary>Decodes the image in the form that a model takes.</summary>
    /// <inheritdoc cref="DecodeAsync(EncodedImage, int, int, Resampling, CancellationToken)"/>
    internal Task<DecodedImage> DecodeAsync(EncodedImage encoded, InputForm form, CancellationToken cancellationToken) =>
        DecodeAsync(encoded, form.Of, isWhole: form.Resampling != Resampling.Quality || form.Fit != Fit.Stretch, cancellationToken);

    /// <summary>
    /// Decodes the image to look at it: reduced to a longer side of so many pixels, in its aspect ratio; a smaller one keeps its size.
    /// </summary>
    /// <inheritdoc cref="DecodeAsync(EncodedImage, int, int, Resampling, CancellationToken)"/>
    internal Task<DecodedImage> DecodeWithinAsync(EncodedImage encoded, int side, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        return DecodeAsync(encoded, Reduce, isWhole: false, cancellationToken);

        RgbImage Reduce(OpenedImage opened)
        {
            // A line of pixels stays at least one wide.
            double scale = Math.Min(1, (double)side / Math.Max(opened.Width, opened.Height));
            return opened.DecodeAndReduce(Scaled(opened.Width), Scaled(opened.Height));

            int Scaled(int length) => Math.Max(1, (int)Math.Round(length * scale));
        }
    }

    /// <summary>Decodes the image only to know that it can be decoded, at a small size; the models read the bytes themselves.</summary>
    /// <inheritdoc cref="DecodeAsync(EncodedImage, int, int, Resampling, CancellationToken)"/>
    internal Task<DecodedImage> CheckAsync(EncodedImage encoded, CancellationToken cancellationToken) =>
        DecodeAsync(encoded, CheckedSize, CheckedSize, Resampling.Quality, cancellationToken);

    /// <summary>Decodes the image at its own size, up to <see cref="ImageLimits.MaxPixels"/> times 3 bytes.</summary>
    /// <inheritdoc cref="DecodeAsync(EncodedImage, int, int, Resampling, CancellationToken)"/>
    internal Task<DecodedImage> DecodeAsync(EncodedImage encoded, CancellationToken cancellationToken) =>
        DecodeAsync(encoded, DecodeWhole, isWhole: true, cancellationToken);

    /// <summary>
    /// Decodes and brings the image to a size, ignoring its aspect ratio. At once and on the caller's thread, whatever else is decoded: for
    /// a caller that decodes one image after the other.
    /// </summary>
    /// <param name="encoded">The bytes of a JPEG, PNG, WebP, GIF, BMP or TIFF.</param>
    /// <param name="width">Width wanted, in pixels.</param>
    /// <param name="height">Height wanted, in pixels.</param>
    /// <param name="resampling">How.</param>
    /// <param name="image">The upright image in 8-bit sRGB: transparency over white, the first frame or page of several.</param>
    /// <param name="rejection">Why it was not accepted.</param>
    /// <returns>True if there is an image.</returns>
    internal bool TryDecode(
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
    internal bool TryDecode(
        ReadOnlyMemory<byte> encoded, [NotNullWhen(true)] out DecodedImage? image, [NotNullWhen(false)] out ImageRejection? rejection) =>
        TryDecode(encoded, DecodeWhole, out image, out rejection);

    /// <inheritdoc/>
    public void Dispose() => _decoding.Dispose();

    private static Func<OpenedImage, RgbImage> ToSize(int width, int height, Resampling resampling)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return opened => resampling == Resampling.Keras
            ? NearestNeighbour.Resize(opened.Decode(), width, height)
            : opened.DecodeAndReduce(width, height);
    }

    private static RgbImage DecodeWhole(OpenedImage opened) => opened.Decode();

    private async Task<DecodedImage> DecodeAsync(
        EncodedImage encoded, Func<OpenedImage, RgbImage> decode, bool isWhole, CancellationToken cancellationToken)
    {
        await _decoding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            OpenedImage opened = await Task.Run(() => Open(encoded), cancellationToken).ConfigureAwait(false);

            // libvips' pixels and our copy of them are held beside.
            long share = Guard(opened.Format, encoded.Name, () => opened.Memory) + (isWhole ? opened.Pixels * 6 : 0);
            await _memory.TakeAsync(share, cancellationToken).ConfigureAwait(false);
            try
            {
                return await Task.Run(() => Decode(opened, encoded.Name, decode), cancellationToken).ConfigureAwait(false);
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

    private bool TryDecode(
        ReadOnlyMemory<byte> encoded,
        Func<OpenedImage, RgbImage> decode,
        [NotNullWhen(true)] out DecodedImage? image,
        [NotNullWhen(false)] out ImageRejection? rejection)
    {
        try
        {
            (image, rejection) = (Decode(Open(new EncodedImage(encoded)), null, decode), null);
            return true;
        }
        catch (InvalidImageException invalid)
        {
            (image, rejection) = (null, invalid.Rejection);
            return false;
        }
    }

    /// <exception cref="InvalidImageException">The bytes are not accepted, by what their header says.</exception>
    private OpenedImage Open(EncodedImage encoded)
    {
        if (CheckBytes(encoded.Bytes, out ImageFormat format) is { } rejection)
        {
            throw new InvalidImageException(rejection, encoded.Name);
        }

        OpenedImage opened = Guard(format, encoded.Name, () => OpenedImage.Open(ToArray(encoded.Bytes), format));
        return opened.Pixels <= Limits.MaxPixels
            ? opened
            : throw new InvalidImageException(
                new ImageRejection(
                    ImageFault.TooManyPixels,
                    $"The image has {opened.Width:N0} x {opened.Height:N0} pixels; at most {Limits.MaxPixels / 1_000_000:N0} megapixels " +
                    "are allowed."),
                encoded.Name);
    }

    private static DecodedImage Decode(OpenedImage opened, string? name, Func<OpenedImage, RgbImage> decode)
    {
        using Step.Run run = Telemetry.Decode.Start("format", opened.Format.DisplayName());
        RgbImage pixels = Guard(opened.Format, name, () => decode(opened));
        return new DecodedImage(pixels, opened.Width, opened.Height, opened.Format);
    }

    private static T Guard<T>(ImageFormat format, string? name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (VipsException)
        {
            throw new InvalidImageException(
                new ImageRejection(
                    ImageFault.Damaged,
                    $"The {format.DisplayName()} cannot be decoded: it is damaged, or it ends before its last pixel."),
                name);
        }
        catch (UnsupportedImageException unsupported)
        {
            throw new InvalidImageException(new ImageRejection(ImageFault.UnsupportedFormat, unsupported.Message), name);
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidImageException(new ImageRejection(ImageFault.Damaged, damaged.Message), name);
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
            return new ImageRejection(ImageFault.UnsupportedFormat, ForeignContent.Describe(encoded.Span));
        }

        format = found;
        return null;
    }

    // libvips takes an array; where the memory is one, as nearly always, nothing is copied.
    private static byte[] ToArray(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : memory.ToArray();
}
