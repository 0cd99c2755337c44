namespace Pipeline.Imaging;

/// <summary>Why bytes were not accepted as an image.</summary>
internal enum ImageFault
{
    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>More bytes than <see cref="ImageLimits.MaxBytes"/>.</summary>
    TooManyBytes,

    /// <summary>The first bytes are of none of the formats in <see cref="ImageFormat"/>.</summary>
    UnsupportedFormat,

    /// <summary>The header announces more pixels than <see cref="ImageLimits.MaxPixels"/>.</summary>
    TooManyPixels,

    /// <summary>An allowed format, but its content is broken or ends early.</summary>
    Damaged,

    /// <summary>Storage holds the image and does not hand it out: the archive tier, or a copy that is under way.</summary>
    Unreadable,
}

/// <summary>A refusal and what a person needs to know of it: what was wrong and what is allowed.</summary>
/// <param name="Fault">The kind of refusal, stable for programs.</param>
/// <param name="Detail">A sentence for people; holds no part of the image.</param>
internal sealed record ImageRejection(ImageFault Fault, string Detail);
