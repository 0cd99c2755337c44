using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>A study as a single HTML file for people.</summary>
internal static class StudyReport
{
    /// <summary>The policy for a server's header Content-Security-Policy, the same as in the file.</summary>
    public static string ContentSecurityPolicy => ReportStyle.Policy;

    /// <summary>Writes UTF-8. The names of the images are always encoded as text.</summary>
    public static byte[] Write(StudyResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        ReportSection[] sections =
        [
            .. new[]
            {
                PublishedSection.Of(result),
                ImagesSection.Of(result),
                PairsSection.Of(result),
                SeparationSection.Of(result),
                AugmentationSection.Of(result),
                RobustnessSection.Of(result),
                FeatureMapsSection.Of(result),
                ConditionsSection.Of(result),
            }.OfType<ReportSection>(),
        ];
        return ReportPage.Write(
            TitleOf(result),
            Markup.Of($"""
                <p class="lead">{Models(result)}: the predictions of the models, how similar they find the images, and which distortions
                confuse them.</p>
                {Untrained(result)}
                """),
            InShort(result),
            sections,
            Markup.Of($"Written by <code>pipeline study</code>, version {result.Conditions.Version}."));
    }

    private static string TitleOf(StudyResult result) => result.Published is null
        ? $"Similarity study of {result.Images[0].Name}"
        : "The published similarity study, repeated";

    private static string Models(StudyResult result) =>
        string.Join(" and ", result.Conditions.Models.Select(model => $"{model.Title} ({WeightsOf(model)})"));

    private static string WeightsOf(StudiedModel model) =>
        model.Weights == WeightsOrigin.ImageNet ? "ImageNet weights" : $"{model.Weights.ToJsonName()} weights";

    private static Markup Untrained(StudyResult result) => result.Conditions.Trained
        ? default
        : Markup.Of($"""
            <div class="banner" role="note"><strong>UNTRAINED MODELS</strong>
            <p>{UntrainedNames(result)}: weights drawn from a seed. Everything below was computed as with trained models, but these
            models are untrained: no class, no cosine and no verdict here says anything about the images. Get the ImageNet
            weights with <code>./pipeline models pull</code>.</p></div>
            """);

    private static string UntrainedNames(StudyResult result) =>
        string.Join(" and ", result.Conditions.Models.Where(model => model.Weights != WeightsOrigin.ImageNet).Select(model => model.Title));

    private static Markup InShort(StudyResult result)
    {
        string[] sentences = [.. Conclusion(result), .. result.Separation?.Verdict ?? [], .. result.Notes];
        return sentences.Length == 0
            ? default
            : Markup.Of($"""
                <section id="in-short"><h2>In short</h2>
                <ul>{Markup.Lines(sentences.Select(sentence => Markup.Of($"<li>{sentence}</li>")))}</ul></section>
                """);
    }

    private static IEnumerable<string> Conclusion(StudyResult result) => result.Published is { } published ? [published.Conclusion] : [];
}
