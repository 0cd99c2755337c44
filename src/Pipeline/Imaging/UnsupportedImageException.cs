namespace Pipeline.Imaging;

/// <summary>An undamaged image of a kind that is not read.</summary>
/// <param name="message">A sentence for people: what the image is, what is accepted, what to do.</param>
internal sealed class UnsupportedImageException(string message) : Exception(message);
