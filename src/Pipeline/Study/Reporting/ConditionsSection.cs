using Pipeline.Models;
using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>The conditions of the study.</summary>
internal static class ConditionsSection
{
    public static ReportSection Of(StudyResult result)
    {
        StudyConditions conditions = result.Conditions;
        return new ReportSection("conditions", "Conditions", Markup.Of($"""
            <p class="note">The same images, models, seed and version give the same figures.</p>
            {ReportTable.Of(
                ["model", "weights", "precision", "fingerprint", "compared by", "input"],
                conditions.Models.Select(model => Row(conditions, model)))}
            {ReportTable.Of(
                ["condition", "value"],
                [
                    Row("version", conditions.Version),
                    Row("resizing to the input", "nearest neighbour, as Keras' load_img"),
                    Row("preprocessing", "Keras' preprocess_input in caffe mode: BGR, less the channel means"),
                    Row("variants drawn", FormattableString.Invariant($"{conditions.Augmentations}")),
                    Row("seed", FormattableString.Invariant($"{conditions.Seed}")),
                    Row("largest size studied", FormattableString.Invariant($"{conditions.MaxPixels:N0} pixels; others are reduced first")),
                ])}
            {ReportTable.Of(
                ["image", "name", "size", "SHA-256"],
                result.Images.Select(image => ReportTable.Row(
                    image.Letter,
                    [
                        ReportTable.Text(image.Name),
                        ReportTable.Text(FormattableString.Invariant($"{image.Width} × {image.Height}")),
                        Code(image.ContentHash),
                    ])))}
            """));
    }

    private static Markup Row(StudyConditions conditions, StudiedModel model) => ReportTable.Row(
        model.Title,
        [
            ReportTable.Text(model.Weights.ToJsonName()),
            ReportTable.Text(model.Precision.ToJsonName()),
            Code(model.Fingerprint),
            ReportTable.Text(string.Join(", ", conditions.Layers.Where(layer => layer.Model == model.Key).Select(layer => layer.Output))),
            ReportTable.Text(FormattableString.Invariant($"{model.InputSize} × {model.InputSize}")),
        ]);

    private static Markup Row(string name, string value) => ReportTable.Row(name, [ReportTable.Text(value)]);

    private static Markup Code(string text) => Markup.Of($"<td><code>{text}</code></td>");
}
