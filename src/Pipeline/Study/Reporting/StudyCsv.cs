using System.Globalization;
using System.Text;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>
/// A study as one long table (RFC 4180, UTF-8): <c>section,subject,model,layer,measure,value</c>, one figure per row. Numbers have full
/// precision and a decimal point.
/// </summary>
internal static class StudyCsv
{
    /// <summary>Writes the table.</summary>
    public static byte[] Write(StudyResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var table = new CsvTable();
        table.Add("section", "subject", "model", "layer", "measure", "value");
        AddConditions(table, result.Conditions);
        AddImages(table, result);
        foreach (StudiedPair pair in result.Pairs)
        {
            AddCosines(table, result, "pairs", $"{pair.First}-{pair.Second}", pair.Cosines);
        }

        foreach (StudiedVariant variant in result.Variants)
        {
            AddCosines(table, result, "variants", variant.Name, variant.Cosines);
        }

        AddAugmentations(table, result);
        AddSeparation(table, result);
        foreach (RobustnessCurve curve in result.Robustness)
        {
            foreach (RobustnessPoint point in curve.Points)
            {
                AddCosines(table, result, "robustness", $"{curve.Distortion} {Text(point.Value)}", point.Cosines);
            }
        }

        foreach (ComparedFigure figure in result.Published?.Figures ?? [])
        {
            AddFigure(table, figure);
        }

        return Encoding.UTF8.GetBytes(table.ToString());
    }

    private static void AddConditions(CsvTable table, StudyConditions conditions)
    {
        table.Add("conditions", "", "", "", "version", conditions.Version);
        table.Add("conditions", "", "", "", "resampling", conditions.Resampling.ToJsonName());
        table.Add("conditions", "", "", "", "seed", Text(conditions.Seed));
        foreach (StudiedModel model in conditions.Models)
        {
            table.Add("conditions", "", model.Key, "", "weights", model.Weights.ToJsonName());
            table.Add("conditions", "", model.Key, "", "precision", model.Precision.ToJsonName());
            table.Add("conditions", "", model.Key, "", "fingerprint", model.Fingerprint);
        }
    }

    private static void AddImages(CsvTable table, StudyResult result)
    {
        foreach (StudiedImage image in result.Images)
        {
            table.Add("pictures", image.Letter, "", "", "name", image.Name);
            table.Add("pictures", image.Letter, "", "", "role", image.Role);
            table.Add("pictures", image.Letter, "", "", "width", Text(image.Width));
            table.Add("pictures", image.Letter, "", "", "height", Text(image.Height));
            foreach ((string model, IReadOnlyList<Prediction> predictions) in image.Predictions)
            {
                foreach (Prediction prediction in predictions)
                {
                    string measure = $"probability of {prediction.Label ?? $"class {Text(prediction.Class)}"}";
                    table.Add(
                        "predictions", image.Letter, model, InstalledModel.PredictionsOutput, measure, Text(prediction.Probability));
                }
            }
        }
    }

    private static void AddAugmentations(CsvTable table, StudyResult result)
    {
        foreach (AugmentedVariant variant in result.Augmentations.Variants)
        {
            string subject = Text(variant.Index);
            AugmentationTransform transform = variant.Transform;
            foreach ((string measure, double value) in ((string, double)[])
                [
                    ("rotation", transform.Rotation), ("shift x", transform.ShiftX), ("shift y", transform.ShiftY),
                    ("shear", transform.Shear), ("zoom x", transform.ZoomX), ("zoom y", transform.ZoomY),
                    ("channel shift", transform.ChannelShift), ("flip", transform.FlipHorizontally ? 1 : 0),
                ])
            {
                table.Add("augmentations", subject, "", "", measure, Text(value));
            }

            AddCosines(table, result, "augmentations", subject, variant.Cosines);
        }

        foreach (StudyLayer layer in result.Conditions.Layers)
        {
            if (result.Augmentations.Summary.TryGetValue(layer.Name, out CosineSummary? summary))
            {
                Add(table, "augmentations", "all", layer, "mean cosine", summary.Mean);
                Add(table, "augmentations", "all", layer, "smallest cosine", summary.Min);
                Add(table, "augmentations", "all", layer, "largest cosine", summary.Max);
            }
        }
    }

    private static void AddSeparation(CsvTable table, StudyResult result)
    {
        foreach (LayerSeparation separation in result.Separation?.Layers ?? [])
        {
            StudyLayer layer = result.Conditions.Layers.First(known => known.Name == separation.Layer);
            foreach ((string subject, string measure, double? value) in ((string, string, double?)[])
                [
                    ("same object", "mean cosine", separation.SameObject),
                    ("same kind", "mean cosine", separation.SameKind),
                    ("other", "mean cosine", separation.Other),
                    ("same object / same kind", "silhouette", separation.ObjectFromKind),
                    ("same object / other", "silhouette", separation.ObjectFromOther),
                    ("same kind / other", "silhouette", separation.KindFromOther),
                    ("all", "mean silhouette", separation.Score),
                ])
            {
                if (value is { } number)
                {
                    Add(table, "separation", subject, layer, measure, number);
                }
            }
        }
    }

    private static void AddFigure(CsvTable table, ComparedFigure figure)
    {
        PublishedFigure published = figure.Published;
        foreach ((string which, double value) in ((string, double)[])
            [("published", published.Value), ("ours", figure.Ours), ("difference", figure.Difference)])
        {
            table.Add("published", published.Subject, published.Model, published.Output, $"{published.Measure}, {which}", Text(value));
        }
    }

    private static void AddCosines(
        CsvTable table, StudyResult result, string section, string subject, IReadOnlyDictionary<string, double> cosines)
    {
        foreach (StudyLayer layer in result.Conditions.Layers)
        {
            Add(table, section, subject, layer, "cosine", cosines[layer.Name]);
        }
    }

    private static void Add(CsvTable table, string section, string subject, StudyLayer layer, string measure, double value) =>
        table.Add(section, subject, layer.Model, layer.Output, measure, Text(value));

    // The shortest text that reads back as the same number.
    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
