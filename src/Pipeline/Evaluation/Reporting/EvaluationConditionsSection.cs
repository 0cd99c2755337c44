using Pipeline.Reporting;

namespace Pipeline.Evaluation.Reporting;

/// <summary>What the evaluation was made with, and which files were left out.</summary>
internal static class EvaluationConditionsSection
{
    // A report of 10,000 damaged files stays readable; the CSV has all.
    private const int MostListed = 50;

    public static ReportSection Of(EvaluationResult result)
    {
        EvaluationConditions conditions = result.Conditions;
        return new ReportSection("conditions", "Conditions", Markup.Of($"""
            <p class="note">The same images, models and version give the same figures. {conditions.Distractors:N0} of
            {conditions.Images:N0} images have no other image of their group: they are searched, and are no queries.</p>
            {ReportTable.Of(
                ["model", "weights", "votes", "embedding", "precision", "fingerprint"],
                conditions.Models.Select(Row))}
            {Listed("Files that were not accepted", result.Refused.Count, result.Refused.Select(image => (image.Name, image.Reason)))}
            {Listed(
                "Files with the same bytes as another",
                result.Identical.Count,
                result.Identical.Select(image => (image.Name, image.Of)))}
            """));
    }

    private static Markup Row(EvaluatedModel model) => ReportTable.Row(
        model.Title,
        [
            ReportTable.Text(model.Weights.ToJsonName()),
            ReportTable.Text(model.Votes ? "yes" : "no"),
            ReportTable.Text(FormattableString.Invariant($"{model.Output}, {model.Length}")),
            ReportTable.Text(model.Precision.ToJsonName()),
            Markup.Of($"<td><code>{model.Fingerprint}</code></td>"),
        ]);

    private static Markup Listed(string title, int count, IEnumerable<(string Name, string About)> files) => count == 0
        ? default
        : Markup.Of($"""
            <details><summary>{title}: {count:N0}</summary>
            {ReportTable.Of(
                ["file", ""],
                files.Take(MostListed).Select(file => ReportTable.Row(file.Name, [ReportTable.Text(file.About)])))}
            {(count > MostListed ? Markup.Of($"<p class=\"note\">And {count - MostListed:N0} more, in the CSV.</p>") : default)}</details>
            """);
}
