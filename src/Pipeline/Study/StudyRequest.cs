namespace Pipeline.Study;

/// <summary>An image to study.</summary>
/// <param name="Name">Its name in the report, such as its file's name; any text.</param>
/// <param name="Encoded">The bytes of a JPEG, PNG, WebP, GIF, BMP or TIFF.</param>
internal sealed record StudyImage(string Name, ReadOnlyMemory<byte> Encoded);

/// <summary>What to study.</summary>
internal sealed record StudyRequest
{
    /// <summary>The maximum number of <see cref="Images"/>: they are named by the letters from A to Z.</summary>
    public const int MaxImages = 26;

    /// <summary>The maximum number of <see cref="Augmentations"/>.</summary>
    public const int MaxAugmentations = 50;

    /// <summary>
    /// The reference A, from which variants are made; then B, another object of its kind; then C and more, of other kinds.
    /// </summary>
    public required IReadOnlyList<StudyImage> Images { get; init; }

    /// <summary>Ready-made variants of A, such as those of the published study.</summary>
    public IReadOnlyList<StudyImage> Variants { get; init; } = [];

    /// <summary>How many variants of A to draw, 0 to <see cref="MaxAugmentations"/>.</summary>
    public int Augmentations { get; init; } = 10;

    /// <summary>Which series of variants, 0 or more.</summary>
    public int Seed { get; init; } = 1;

    /// <exception cref="ArgumentException">A number is out of range, or there is no image.</exception>
    internal void Require()
    {
        if (Images.Count is < 1 or > MaxImages)
        {
            throw new ArgumentException($"A study takes 1 to {MaxImages} images, the reference first, not {Images.Count}.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(Augmentations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Augmentations, MaxAugmentations);
        ArgumentOutOfRangeException.ThrowIfNegative(Seed);
    }
}
