using Pipeline.ModelBuilding;
using Pipeline.Study;

namespace Pipeline.Tests.Study;

public class PublishedComparisonTests
{
    [Fact]
    public void The_published_figures_are_those_of_the_study()
    {
        Assert.Equal(21, PublishedFigures.All.Count);
        Assert.Equal(["vase", "vase2", "flowerpot"], PublishedFigures.Images);
        Assert.Equal(["vaseAI0", "vaseAI9"], [PublishedFigures.Variants[0], PublishedFigures.Variants[^1]]);
        Assert.Equal(0.8257, Value("vase / vase2", "vgg16"));
        Assert.Equal(0.0775, Value("vase / flowerpot", "resnet50"));
        Assert.Equal(0.9360, Value("vase / vaseAI9", "vgg16"));
        Assert.Equal(1, PublishedFigures.All.Where(figure => figure.Class is not null).Sum(figure => figure.Value), 0.01);
    }

    [Fact]
    public void Figures_that_are_the_same_all_agree()
    {
        PublishedComparison comparison = PublishedComparison.Of(SampleStudy.Published());

        Assert.Equal(PublishedFigures.All, comparison.Figures.Select(figure => figure.Published));
        Assert.All(comparison.Figures, figure => Assert.True(figure.Agrees, figure.Published.Subject));
        Assert.All(comparison.Figures, figure => Assert.Equal(0, figure.Difference, 1e-7));
        Assert.Equal("All 21 figures agree with the published ones to 0.01.", comparison.Conclusion);
        Assert.Empty(comparison.LeftOut);
    }

    [Theory]
    [InlineData(0.01, true)]
    [InlineData(-0.01, true)]
    [InlineData(0.0101, false)]
    [InlineData(-0.0101, false)]
    public void A_hundredth_is_the_most_that_agrees(double off, bool agrees)
    {
        PublishedComparison comparison = PublishedComparison.Of(
            SampleStudy.Published(off: figure => figure is { Subject: "vase / vase2", Model: "vgg16" } ? off : 0));

        ComparedFigure moved = comparison.Figures.Single(figure => figure.Published is { Subject: "vase / vase2", Model: "vgg16" });
        Assert.Equal(off, moved.Difference, 1e-12);
        Assert.Equal(agrees, moved.Agrees);
        Assert.Equal(agrees ? 21 : 20, comparison.Figures.Count(figure => figure.Agrees));
    }

    [Fact]
    public void A_few_that_are_off_are_named_and_many_are_counted()
    {
        Assert.Equal(
            "2 of 21 figures do not agree with the published ones to 0.01: VGG16 fc2, vase / vaseAI3, cosine; VGG16 predictions, vase, " +
            "probability of vase.",
            Conclusion(figure => figure.Subject == "vase / vaseAI3" || figure.Class == 883));
        Assert.Equal(
            "15 of 21 figures do not agree with the published ones to 0.01: 13 of 18 of VGG16, 2 of 3 of ResNet50.",
            Conclusion(figure => figure.Class is null && figure != PublishedFigures.All[^1]));

        static string Conclusion(Func<PublishedFigure, bool> off) =>
            PublishedComparison.Of(SampleStudy.Published(off: figure => off(figure) ? 0.02 : 0)).Conclusion;
    }

    [Fact]
    public void Of_untrained_models_no_agreement_is_claimed() => Assert.StartsWith(
        "The models are untrained, so no figure can be expected to agree",
        PublishedComparison.Of(SampleStudy.Published(WeightsOrigin.Untrained)).Conclusion,
        StringComparison.Ordinal);

    [Fact]
    public void What_the_installed_models_lack_is_left_out_with_the_reason()
    {
        StudyResult published = SampleStudy.Published();
        StudyResult topless = published with
        {
            Conditions = published.Conditions with { Layers = [.. published.Conditions.Layers.Where(layer => layer.Name != "vgg16:fc2")] },
        };

        PublishedComparison comparison = PublishedComparison.Of(topless);

        Assert.DoesNotContain(comparison.Figures, figure => figure.Published.Output == "fc2");
        Assert.Equal("13 published figures are of vgg16:fc2, which the installed model does not have.", Assert.Single(comparison.LeftOut));
    }

    [Fact]
    public void A_study_of_other_images_cannot_be_compared_with_them() =>
        Assert.Throws<ArgumentException>(() => PublishedComparison.Of(SampleStudy.Create()));

    private static double Value(string subject, string model) =>
        PublishedFigures.All.Single(figure => figure.Subject == subject && figure.Model == model).Value;
}
