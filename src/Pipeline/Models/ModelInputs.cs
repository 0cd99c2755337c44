using System.Diagnostics;
using System.Security.Cryptography;
using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>An image as input for models: decoded once for each form, however many models use it.</summary>
internal sealed class ModelInputs
{
    private readonly Dictionary<InputForm, DecodedImage> _inputs;

    private ModelInputs(Dictionary<InputForm, DecodedImage> inputs, string contentHash, TimeSpan decoding)
    {
        (_inputs, ContentHash, Decoding) = (inputs, contentHash, decoding);
        DecodedImage any = inputs.Values.First();
        (Width, Height) = (any.Width, any.Height);
    }

    /// <summary>SHA-256 of the encoded bytes, 64 hexadecimal digits.</summary>
    public string ContentHash { get; }

    /// <summary>Width of the upright original, in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of the upright original, in pixels.</summary>
    public int Height { get; }

    /// <summary>Time spent decoding and resizing, the wait for the decoder included.</summary>
    public TimeSpan Decoding { get; }

    /// <summary>Decodes an image for models.</summary>
    /// <param name="decoder">Validates and decodes the bytes.</param>
    /// <param name="encoded">The encoded bytes.</param>
    /// <param name="forms">One form or more; equal ones are decoded once.</param>
    /// <param name="cancellationToken">Ends the wait for the decoder at once.</param>
    /// <exception cref="InvalidImageException">The bytes are not accepted as an image.</exception>
    public static async Task<ModelInputs> DecodeAsync(
        ImageDecoder decoder, EncodedImage encoded, IEnumerable<InputForm> forms, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        long start = Stopwatch.GetTimestamp();
        var decoded = new Dictionary<InputForm, DecodedImage>();
        foreach (InputForm form in forms.Distinct())
        {
            decoded[form] = await decoder.DecodeAsync(encoded, form, cancellationToken).ConfigureAwait(false);
        }

        TimeSpan decoding = Stopwatch.GetElapsedTime(start);
        return new ModelInputs(decoded, Convert.ToHexStringLower(SHA256.HashData(encoded.Bytes.Span)), decoding);
    }

    /// <summary>The image in a form that it was decoded for.</summary>
    public RgbImage Of(InputForm form) => _inputs[form].Pixels;
}
