namespace Pipeline.Imaging;

/// <summary>An image that passed <see cref="ImageDecoder"/>.</summary>
/// <param name="Pixels">The pixels, at the size asked for.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
/// <param name="Format">How the bytes were encoded.</param>
internal sealed record DecodedImage(RgbImage Pixels, int Width, int Height, ImageFormat Format);
