using Pipeline.Imaging;

namespace Pipeline.Drawing;

/// <summary>An image and the caption below it.</summary>
/// <param name="Caption">A line of text; may be empty. It is cut if it does not fit; characters outside ASCII are shown as '?'.</param>
/// <param name="Image">The image.</param>
internal sealed record CaptionedImage(string Caption, RgbImage Image);
