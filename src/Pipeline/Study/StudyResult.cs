using System.Text.Json.Serialization;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Study;

/// <summary>
/// The result of a study. The same request on the same models gives the same result: it contains no time and no machine name.
/// </summary>
/// <param name="Conditions">The conditions of the study.</param>
/// <param name="Notes">What was left out or done differently, and why: a sentence each.</param>
/// <param name="Images">The images, A first.</param>
/// <param name="Pairs">Every pair of different images.</param>
/// <param name="Variants">The ready-made variants of A, in the order of the request.</param>
/// <param name="Augmentations">The variants of A that were drawn.</param>
/// <param name="Separation">Which model better separates the same object, its kind and others; null with fewer than two groups.</param>
/// <param name="Robustness">The similarity of A to itself under distortions, a curve for each.</param>
/// <param name="FeatureMaps">The feature maps of A for each model.</param>
/// <param name="Published">The comparison with the published study; null for other images.</param>
internal sealed record StudyResult(
    StudyConditions Conditions,
    IReadOnlyList<string> Notes,
    [property: JsonPropertyName("pictures")] IReadOnlyList<StudiedImage> Images,
    IReadOnlyList<StudiedPair> Pairs,
    IReadOnlyList<StudiedVariant> Variants,
    StudiedAugmentations Augmentations,
    Separation? Separation,
    IReadOnlyList<RobustnessCurve> Robustness,
    IReadOnlyList<StudiedFeatureMaps> FeatureMaps,
    PublishedComparison? Published);

/// <summary>An image of a study.</summary>
/// <param name="Letter">A, B, C and so on.</param>
/// <param name="Name">Its name in the request.</param>
/// <param name="Role"><c>reference</c>, <c>same kind</c> or <c>other</c>.</param>
/// <param name="ContentHash">SHA-256 of the encoded bytes, 64 hexadecimal digits.</param>
/// <param name="Width">Width of the upright original, in pixels.</param>
/// <param name="Height">Height of the upright original, in pixels.</param>
/// <param name="StudiedWidth">Width at which it was studied; smaller than the original if it was reduced first.</param>
/// <param name="StudiedHeight">Height at which it was studied.</param>
/// <param name="Predictions">By the model's key, the five most probable classes; models without dense layers are missing.</param>
/// <param name="Probabilities">By the model's key, float[classes].</param>
/// <param name="Thumbnail">A small JPEG.</param>
internal sealed record StudiedImage(
    string Letter,
    string Name,
    string Role,
    string ContentHash,
    int Width,
    int Height,
    int StudiedWidth,
    int StudiedHeight,
    IReadOnlyDictionary<string, IReadOnlyList<Prediction>> Predictions,
    [property: JsonIgnore] IReadOnlyDictionary<string, ReadOnlyMemory<float>> Probabilities,
    [property: JsonIgnore] ReadOnlyMemory<byte> Thumbnail)
{
    /// <summary>The role of the reference.</summary>
    public const string Reference = "reference";

    /// <summary>The role of another object of the reference's kind.</summary>
    public const string SameKind = "same kind";

    /// <summary>The role of an object of another kind.</summary>
    public const string Other = "other";
}

/// <summary>Two images and how alike they are.</summary>
/// <param name="First">The letter of one.</param>
/// <param name="Second">The letter of the other.</param>
/// <param name="Cosines">By the layer's name, -1 to 1.</param>
internal sealed record StudiedPair(string First, string Second, IReadOnlyDictionary<string, double> Cosines);

/// <summary>A ready-made variant of A and its similarity to A.</summary>
/// <param name="Name">Its name in the request.</param>
/// <param name="Cosines">By the layer's name, -1 to 1.</param>
/// <param name="Thumbnail">A small JPEG.</param>
internal sealed record StudiedVariant(
    string Name, IReadOnlyDictionary<string, double> Cosines, [property: JsonIgnore] ReadOnlyMemory<byte> Thumbnail);

/// <summary>The variants of A that were drawn.</summary>
/// <param name="Variants">Each of them.</param>
/// <param name="Summary">By the layer's name; empty if none was drawn.</param>
internal sealed record StudiedAugmentations(IReadOnlyList<AugmentedVariant> Variants, IReadOnlyDictionary<string, CosineSummary> Summary);

/// <summary>A drawn variant of A and its similarity to A.</summary>
/// <param name="Index">Its number in the series, from 0.</param>
/// <param name="Transform">Its transform.</param>
/// <param name="Cosines">By the layer's name, -1 to 1.</param>
/// <param name="Thumbnail">A small JPEG.</param>
internal sealed record AugmentedVariant(
    int Index,
    AugmentationTransform Transform,
    IReadOnlyDictionary<string, double> Cosines,
    [property: JsonIgnore] ReadOnlyMemory<byte> Thumbnail);

/// <summary>A summary of cosines.</summary>
/// <param name="Mean">Their arithmetic mean.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
internal sealed record CosineSummary(double Mean, double Min, double Max)
{
    /// <summary>Summarises one or more cosines.</summary>
    public static CosineSummary Of(IReadOnlyList<double> cosines) => new(cosines.Average(), cosines.Min(), cosines.Max());
}

/// <summary>The similarity of an image to itself under an increasing distortion.</summary>
/// <param name="Distortion">Such as <c>rotation</c>.</param>
/// <param name="Parameter">The unit of <see cref="RobustnessPoint.Value"/>, such as <c>angle in degrees</c>.</param>
/// <param name="Points">From the first value to the last.</param>
internal sealed record RobustnessCurve(string Distortion, string Parameter, IReadOnlyList<RobustnessPoint> Points);

/// <summary>One distorted image.</summary>
/// <param name="Value">The strength of the distortion.</param>
/// <param name="Cosines">By the layer's name, the cosine with the undistorted image, -1 to 1.</param>
/// <param name="Thumbnail">A small JPEG.</param>
internal sealed record RobustnessPoint(
    double Value, IReadOnlyDictionary<string, double> Cosines, [property: JsonIgnore] ReadOnlyMemory<byte> Thumbnail);
