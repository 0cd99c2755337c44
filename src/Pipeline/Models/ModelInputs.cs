using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>How a network takes a picture.</summary>
/// <param name="Size">Side of the square input, in pixels.</param>
/// <param name="Resampling">How a picture is brought to it.</param>
public readonly record struct InputForm(int Size, Resampling Resampling);

/// <summary>A picture as networks take it: decoded once for each form that they ask for, whatever their number.</summary>
public sealed class ModelInputs
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

    /// <summary>Time spent decoding and resizing.</summary>
    public TimeSpan Decoding { get; }

    /// <summary>Decodes a picture for networks.</summary>
    /// <param name="decoder">The door for image bytes.</param>
    /// <param name="encoded">The bytes as they came.</param>
    /// <param name="forms">How the networks take it, one form or more; equal ones are decoded once.</param>
    /// <param name="inputs">The picture.</param>
    /// <param name="rejection">Why it was not let in.</param>
    /// <returns>True if there is a picture.</returns>
    public static bool TryDecode(
        ImageDecoder decoder,
        ReadOnlyMemory<byte> encoded,
        IEnumerable<InputForm> forms,
        [NotNullWhen(true)] out ModelInputs? inputs,
        [NotNullWhen(false)] out ImageRejection? rejection)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        long start = Stopwatch.GetTimestamp();
        var decoded = new Dictionary<InputForm, DecodedImage>();
        foreach (InputForm form in forms.Distinct())
        {
            if (!decoder.TryDecode(encoded, form.Size, form.Size, form.Resampling, out DecodedImage? image, out rejection))
            {
                inputs = null;
                return false;
            }

            decoded[form] = image;
        }

        TimeSpan decoding = Stopwatch.GetElapsedTime(start);
        inputs = new ModelInputs(decoded, Convert.ToHexStringLower(SHA256.HashData(encoded.Span)), decoding);
        rejection = null;
        return true;
    }

    /// <summary>The picture in a form that it was decoded for.</summary>
    public RgbImage Of(InputForm form) => _inputs[form].Pixels;
}
