using Pipeline.Imaging;

namespace Pipeline.Drawing;

/// <summary>A picture and what is written below it.</summary>
/// <param name="Caption">A line of text; may be empty. What does not fit is cut off, other characters than ASCII are shown as '?'.</param>
/// <param name="Picture">The picture.</param>
internal sealed record CaptionedPicture(string Caption, RgbImage Picture);
