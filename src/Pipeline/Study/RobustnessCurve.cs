using System.Text.Json.Serialization;

namespace Pipeline.Study;

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
