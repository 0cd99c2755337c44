using Pipeline.Cli.Demo;

namespace Pipeline.Tests.Cli;

public class DemoChecksTests
{
    private static readonly string[] Models = ["vgg16", "resnet50"];

    [Fact]
    public void A_correct_response_has_no_errors() =>
        Assert.Empty(Faults(Answer([("vase-1.jpg", 1), ("vase-2.jpg", 0.9f), ("boat-1.jpg", 0.4f)])));

    [Fact]
    public void Another_image_before_the_query_itself_is_an_error_that_names_both()
    {
        string error = Assert.Single(Faults(Answer([("vase-2.jpg", 1), ("vase-1.jpg", 0.9f), ("boat-1.jpg", 0.4f)])));

        Assert.Equal("vgg16: 'vase-2.jpg' comes first instead of 'vase-1.jpg', the query image itself.", error);
    }

    [Fact]
    public void A_byte_identical_copy_may_come_before_the_query_itself()
    {
        var answer = Answer([("copy.jpg", 1), ("vase-1.jpg", 1), ("boat-1.jpg", 0.4f)], firstIsDuplicate: true);

        Assert.Empty(Faults(answer));
    }

    [Fact]
    public void The_query_itself_must_be_as_near_as_can_be() =>
        Assert.Contains("0.99 instead of 1", Assert.Single(
            Faults(Answer([("vase-1.jpg", 0.99f), ("vase-2.jpg", 0.9f), ("boat-1.jpg", 0.4f)]))), StringComparison.Ordinal);

    [Fact]
    public void Cosines_must_fall() =>
        Assert.Contains("falling order", Assert.Single(
            Faults(Answer([("vase-1.jpg", 1), ("vase-2.jpg", 0.3f), ("boat-1.jpg", 0.4f)]))), StringComparison.Ordinal);

    [Fact]
    public void All_results_that_were_asked_for_must_come() =>
        Assert.Contains("there are 2 results instead of 3", Assert.Single(
            Faults(Answer([("vase-1.jpg", 1), ("vase-2.jpg", 0.3f)]))), StringComparison.Ordinal);

    [Fact]
    public void An_empty_list_is_an_error_and_not_a_crash() => Assert.Single(Faults(Answer([])));

    [Fact]
    public void Both_models_must_be_in_the_response()
    {
        SimilarResponse answer = Answer([("vase-1.jpg", 1), ("vase-2.jpg", 0.9f), ("boat-1.jpg", 0.4f)]);
        var half = answer with { Models = new Dictionary<string, ModelMatches> { ["vgg16"] = answer.Models["vgg16"] } };

        Assert.Equal(["resnet50: there is no response by this model."], Faults(half));
    }

    [Fact]
    public void The_fused_list_must_not_be_empty() =>
        Assert.Equal(
            ["fused: the list is empty."],
            Faults(Answer([("vase-1.jpg", 1), ("vase-2.jpg", 0.9f), ("boat-1.jpg", 0.4f)]) with { Fused = [] }));

    [Fact]
    public void Only_what_every_model_has_indexed_counts_as_ready()
    {
        Sample[] samples = [new("a.jpg", "a.jpg", "image/jpeg"), new("b.jpg", "b.jpg", "image/jpeg")];
        ListedImage[] images =
        [
            new("a.jpg", 1, null, States(IndexingState.Indexed, IndexingState.Indexed), [], "", ""),
            new("b.jpg", 1, null, States(IndexingState.Indexed, IndexingState.Pending), [], "", ""),
            new("of-another-run.jpg", 1, null, States(IndexingState.Indexed, IndexingState.Indexed), [], "", ""),
        ];

        Assert.Equal((3, null), IndexingWait.Judge(images, samples, Models));
        Assert.Equal((2, null), IndexingWait.Judge(images[..1], samples, Models));
    }

    [Fact]
    public void A_failed_image_is_reported_with_its_reason()
    {
        ListedImage[] images = [new("a.jpg", 1, null, States(IndexingState.Indexed, IndexingState.Failed), [], "", "")];

        (_, string? failure) = IndexingWait.Judge(images, [new Sample("a.jpg", "a.jpg", "image/jpeg")], Models);

        Assert.Equal("'a.jpg' could not be embedded by resnet50: because", failure);
    }

    private static Dictionary<string, ImageState> States(IndexingState vgg16, IndexingState resnet50) => new()
    {
        ["vgg16"] = new ImageState(vgg16, null, null),
        ["resnet50"] = new ImageState(resnet50, "because", null),
    };

    // The results of the first model are those of the test; those of the second are correct.
    private static SimilarResponse Answer((string Name, float Cosine)[] results, bool firstIsDuplicate = false)
    {
        ModelMatches model = new(WeightsOrigin.Untrained, "", 3, [.. results.Select(
            (match, i) => new SimilarImage(match.Name, match.Cosine, firstIsDuplicate && i == 0, [], "", ""))], null);
        ModelMatches right = new(
            WeightsOrigin.Untrained,
            "",
            3,
            [
                new("vase-1.jpg", 1, true, [], "", ""),
                new("vase-2.jpg", 0.8f, false, [], "", ""),
                new("boat-1.jpg", 0.2f, false, [], "", ""),
            ],
            null);
        return new SimilarResponse(
            new ImageInfo(null, 1, 1, ""),
            new Dictionary<string, ModelMatches> { ["vgg16"] = model, ["resnet50"] = right },
            [new FusedImage("vase-1.jpg", 0.03, new Dictionary<string, int> { ["vgg16"] = 1 }, false, [], "", "")],
            new SimilarTimes(0, 0, 0, 0));
    }

    private static IReadOnlyList<string> Faults(SimilarResponse answer) => DemoChecks.ErrorsOf(answer, "vase-1.jpg", Models, top: 3);
}
