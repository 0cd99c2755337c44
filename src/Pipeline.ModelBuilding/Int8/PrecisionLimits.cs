using System.Globalization;
using Pipeline.Models;

namespace Pipeline.ModelBuilding.Int8;

/// <summary>How far an int8 model may be from its float32 form.</summary>
/// <param name="MaxCosineError">The largest difference of a pair's cosines.</param>
/// <param name="MinOverlap">The least overlap of the ten nearest, 0 to 1.</param>
internal sealed record PrecisionLimits(double MaxCosineError, double MinOverlap)
{
    public static PrecisionLimits Default { get; } = new(MaxCosineError: 5e-3, MinOverlap: 0.99);

    /// <param name="model">The model's title.</param>
    /// <param name="figures">Its figures.</param>
    /// <exception cref="InvalidDataException">They are past the limits; the message has both.</exception>
    public void Require(string model, PrecisionFigures figures)
    {
        // A figure that is no number is past every limit.
        if (!(figures.MaxCosineError <= MaxCosineError && figures.Top10Overlap >= MinOverlap))
        {
            string limits = string.Create(
                CultureInfo.InvariantCulture, $"an error of at most {MaxCosineError:0.0e+0} and an overlap of at least {MinOverlap:0.0%}");
            throw new InvalidDataException(
                $"{model} in int8 is too far from float32: {Describe(figures)}. Accepted is {limits}. Pass more of the images that are " +
                "searched with --calibrate, or keep --precision default.");
        }
    }

    /// <summary>The figures as a part of a sentence.</summary>
    public static string Describe(PrecisionFigures figures) => string.Create(
        CultureInfo.InvariantCulture,
        $"over {figures.Images} images, cosine error at most {figures.MaxCosineError:0.0e+0}, mean {figures.MeanCosineError:0.0e+0}, " +
        $"overlap of the {(figures.Images > EmbeddingComparison.Nearest ? "ten" : $"{figures.Images - 1}")} nearest " +
        $"{figures.Top10Overlap:0.0%}");
}
