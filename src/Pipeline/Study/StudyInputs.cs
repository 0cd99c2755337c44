using System.Security.Cryptography;
using Pipeline.Imaging;

namespace Pipeline.Study;

/// <summary>
/// All images that a study runs through the models, each at the models' input size: together they take a few megabytes.
/// </summary>
/// <param name="Images">The images, A first.</param>
/// <param name="Variants">The ready-made variants of A.</param>
/// <param name="Augmented">The drawn variants of A with their transforms.</param>
/// <param name="Distorted">The images of each distortion, in the order of its values.</param>
internal sealed record StudyInputs(
    IReadOnlyList<PreparedImage> Images,
    IReadOnlyList<(string Name, StudySubject Subject)> Variants,
    IReadOnlyList<(AugmentationTransform Transform, StudySubject Subject)> Augmented,
    IReadOnlyList<IReadOnlyList<StudySubject>> Distorted)
{
    /// <summary>
    /// Larger images are reduced to this before all other steps, because a study keeps one full image and rotates and blurs it dozens of
    /// times. The images of the published study have 0.6 megapixels.
    /// </summary>
    public const int MaxPixels = 1_000_000;

    private const int ImageSide = 480;
    private const int VariantSide = 200;
    private const int DistortedSide = 112;

    public StudySubject Reference => Images[0].Subject;

    public IReadOnlyList<StudySubject> All =>
    [
        .. Images.Select(image => image.Subject),
        .. Variants.Select(variant => variant.Subject),
        .. Augmented.Select(variant => variant.Subject),
        .. Distorted.SelectMany(points => points),
    ];

    /// <summary>The number of images.</summary>
    public static int CountOf(StudyRequest request) =>
        request.Images.Count + request.Variants.Count + request.Augmentations
        + StudyDistortion.All.Sum(distortion => distortion.Values.Count);

    /// <summary>Decodes the images, draws the variants and applies the distortions.</summary>
    /// <param name="request">What to study.</param>
    /// <param name="decoder">Validates and decodes the bytes.</param>
    /// <param name="sizes">Sides of the models' inputs.</param>
    /// <param name="made">Called for each image that is ready.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="InvalidImageException">An image is not accepted; it is named.</exception>
    public static async Task<StudyInputs> PrepareAsync(
        StudyRequest request, ImageDecoder decoder, IReadOnlyList<int> sizes, Action made, CancellationToken cancellationToken)
    {
        RgbImage? reference = null;
        List<PreparedImage> images = [];
        List<(string, StudySubject)> variants = [];
        foreach (StudyImage studied in request.Images.Concat(request.Variants))
        {
            cancellationToken.ThrowIfCancellationRequested();
            DecodedImage decoded = await decoder
                .DecodeAsync(new EncodedImage(studied.Encoded, studied.Name), cancellationToken).ConfigureAwait(false);
            RgbImage image = Reduce(decoded.Pixels);
            reference ??= image;
            if (images.Count < request.Images.Count)
            {
                string hash = Convert.ToHexStringLower(SHA256.HashData(studied.Encoded.Span));
                images.Add(new PreparedImage(
                    studied.Name,
                    hash,
                    decoded.Width,
                    decoded.Height,
                    image.Width,
                    image.Height,
                    StudySubject.Of(image, sizes, ImageSide)));
            }
            else
            {
                variants.Add((studied.Name, StudySubject.Of(image, sizes, VariantSide)));
            }

            made();
        }

        var ranges = new AugmentationRanges();
        List<(AugmentationTransform, StudySubject)> augmented = [];
        for (int index = 0; index < request.Augmentations; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AugmentationTransform transform = Augmentation.Draw(ranges, reference!.Width, reference.Height, request.Seed, index);
            augmented.Add((transform, StudySubject.Of(Augmentation.Apply(reference, transform), sizes, VariantSide)));
            made();
        }

        List<IReadOnlyList<StudySubject>> distorted = [];
        foreach (StudyDistortion distortion in StudyDistortion.All)
        {
            List<StudySubject> points = [];
            foreach (double value in distortion.Values)
            {
                cancellationToken.ThrowIfCancellationRequested();
                points.Add(StudySubject.Of(distortion.Apply(reference!, value), sizes, DistortedSide));
                made();
            }

            distorted.Add(points);
        }

        return new StudyInputs(images, variants, augmented, distorted);
    }

    /// <summary>Antialiased, with the aspect ratio kept; an image that is small enough stays as it is.</summary>
    private static RgbImage Reduce(RgbImage image)
    {
        double scale = Math.Sqrt((double)MaxPixels / ((long)image.Width * image.Height));
        return scale >= 1
            ? image
            : ImageResizer.Resize(
                image, Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)), Resampling.Quality);
    }
}

/// <summary>A decoded image of a study.</summary>
/// <param name="Name">Its name in the request.</param>
/// <param name="ContentHash">SHA-256 of the encoded bytes, 64 hexadecimal digits.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
/// <param name="StudiedWidth">Width after it was reduced.</param>
/// <param name="StudiedHeight">Height after it was reduced.</param>
/// <param name="Subject">The inputs for the models.</param>
internal sealed record PreparedImage(
    string Name, string ContentHash, int Width, int Height, int StudiedWidth, int StudiedHeight, StudySubject Subject)
{
    public bool IsReduced => (Width, Height) != (StudiedWidth, StudiedHeight);
}
