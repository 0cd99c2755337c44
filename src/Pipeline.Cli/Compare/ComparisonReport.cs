using Pipeline.Comparison;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Cli.Compare;

/// <summary>What <c>pipeline compare --json</c> writes.</summary>
/// <param name="A">The first picture.</param>
/// <param name="B">The second.</param>
/// <param name="Models">By the model's key.</param>
internal sealed record ComparisonReport(PictureReport A, PictureReport B, IReadOnlyDictionary<string, CosineReport> Models)
{
    public static ComparisonReport Of(string a, string b, ComparedPair pair) => new(
        new PictureReport(a, pair.A.Width, pair.A.Height, pair.A.ContentHash),
        new PictureReport(b, pair.B.Width, pair.B.Height, pair.B.ContentHash),
        pair.Cosines.ToDictionary(cosine => cosine.Layer.Model.Key, CosineReport.Of));
}

/// <summary>One of the pair; sizes are of the upright picture, in pixels.</summary>
internal sealed record PictureReport(string File, int Width, int Height, string ContentHash);

/// <summary>One model's judgement. Weights is imagenet or untrained; Layer is the output compared.</summary>
internal sealed record CosineReport(string Weights, string Fingerprint, string Precision, string Layer, string Resampling, float Cosine)
{
    public static CosineReport Of(LayerCosine cosine)
    {
        InstalledModel model = cosine.Layer.Model;
        return new CosineReport(
            model.Weights.ToJsonName(),
            model.Fingerprint.ToString(),
            model.Precision.ToJsonName(),
            cosine.Layer.Output,
            cosine.Layer.Resampling.ToJsonName(),
            cosine.Cosine);
    }
}
