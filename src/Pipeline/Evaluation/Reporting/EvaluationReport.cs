using Pipeline.Reporting;

namespace Pipeline.Evaluation.Reporting;

/// <summary>An evaluation as a single HTML file for people.</summary>
internal static class EvaluationReport
{
    /// <summary>Writes UTF-8. Names of images and groups are always encoded as text.</summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="title">The title, such as the folder's name.</param>
    public static byte[] Write(EvaluationResult result, string title)
    {
        ArgumentNullException.ThrowIfNull(result);
        ReportSection[] sections =
        [
            .. new[]
            {
                GroupsSection.Of(result),
                CopiesSection.Of(result),
                ThresholdSection.Of(result),
                MissesSection.OfGroups(result),
                MissesSection.OfCopies(result),
                EvaluationConditionsSection.Of(result),
            }.OfType<ReportSection>(),
        ];
        EvaluationConditions conditions = result.Conditions;
        return ReportPage.Write(
            $"Evaluation of {title}",
            Markup.Of($"""
                <p class="lead">{conditions.Images:N0} images, {conditions.Groups:N0} groups, altered copies of
                {conditions.CopyOriginals:N0} images: how well each model and the fused lists find what belongs together, and where wrong
                images begin.</p>
                {Untrained(conditions)}
                """),
            InShort(result),
            sections,
            Markup.Of($"Written by <code>pipeline evaluate</code>, version {conditions.Version}."));
    }

    /// <summary>The heading of a list's row; an untrained model is marked.</summary>
    public static string HeadingOf(EvaluationResult result, JudgedList list) =>
        result.Conditions.Models.Any(model => model.Key == list.Key && model.Weights == WeightsOrigin.Untrained)
            ? $"{list.Title} (untrained)"
            : list.Title;

    private static Markup Untrained(EvaluationConditions conditions) =>
        conditions.Models.All(model => model.Weights == WeightsOrigin.Untrained)
            ? Markup.Of($"""
                <div class="banner" role="note"><strong>UNTRAINED MODELS</strong>
                <p>All models have weights drawn from a seed. Everything below was computed as with trained models, and says nothing about
                what the images show. Get trained weights with <code>./pipeline models pull</code>.</p></div>
                """)
            : default;

    private static Markup InShort(EvaluationResult result)
    {
        string[] sentences = [.. EvaluationVerdict.Of(result), .. result.Notes];
        return Markup.Of($"""
            <section id="in-short"><h2>In short</h2>
            <ul>{Markup.Lines(sentences.Select(sentence => Markup.Of($"<li>{sentence}</li>")))}</ul></section>
            """);
    }
}
