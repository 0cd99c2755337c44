using System.Net;
using Pipeline.Imaging;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>Responses that are images.</summary>
internal static class PngFile
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Asserts that a response is a complete PNG, and returns its bytes and its pixels.</summary>
    public static async Task<(byte[] Encoded, RgbImage Pixels)> ReadAsync(HttpResponseMessage response)
    {
        byte[] encoded = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(
            response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(encoded)}");
        Assert.Equal("image/png", response.Content.Headers.ContentType!.MediaType);
        return (encoded, Decode(encoded));
    }

    public static RgbImage Decode(byte[] encoded)
    {
        Assert.Equal(Signature, encoded[..Signature.Length]);
        using var decoder = new ImageDecoder(new ImageLimits());
        Assert.True(decoder.TryDecode(encoded, out DecodedImage? image, out ImageRejection? rejection), rejection?.Detail);
        return image.Pixels;
    }
}
