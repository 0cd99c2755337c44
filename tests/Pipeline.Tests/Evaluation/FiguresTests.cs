using Pipeline.Evaluation;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;
using Pipeline.Tests.Search;

namespace Pipeline.Tests.Evaluation;

public class FiguresTests
{
    // Only the last digits of a sum of doubles may differ; the silhouette is summed in another order.
    private const double Tolerance = 1e-9;

    private static readonly QualityReference Reference = QualityReference.Read();

    // The script has the fusion by ranks before that by cosines.
    private static readonly int[] ByScript = [0, 1, 3, 2];

    [Fact]
    public void Figures_of_groups_are_those_of_scikit_learn()
    {
        EmbeddedImages embedded = Reference.Embedded();
        var comparisons = new Comparisons(embedded, 2, [0, 1]);
        QueryOutcome[][] outcomes = comparisons.Run((_, _) => { }, TestContext.Current.CancellationToken);
        var analysis = new EvaluationAnalysis(embedded, comparisons, outcomes);

        for (int list = 0; list < 4; list++)
        {
            ReferenceList expected = Reference.Lists[ByScript[list]];
            GroupFigures figures = analysis.Judge(list, "", "", list < 2, TestContext.Current.CancellationToken).Groups!;
            Assert.Equal(expected.Queries, figures.Queries);
            Assert.Equal(expected.MeanAveragePrecision, figures.MeanAveragePrecision, Tolerance);
            for (int k = 0; k < 3; k++)
            {
                Assert.Equal(expected.Recall[k], figures.AtK[k].Recall, Tolerance);
                Assert.Equal(expected.Precision[k], figures.AtK[k].Precision, Tolerance);
            }

            Assert.Equal(expected.Silhouette is null, figures.Silhouette is null);
            Assert.Equal(expected.Silhouette ?? 0, figures.Silhouette ?? 0, Tolerance);
            Assert.Equal(
                expected.AveragePrecisions.Select(value => Math.Round(value, 9)),
                outcomes[list].Where(outcome => outcome.Figures is not null)
                    .Select(outcome => Math.Round(outcome.Figures!.AveragePrecision, 9)));
        }
    }

    [Fact]
    public void An_image_alone_in_its_group_is_no_query()
    {
        EmbeddedImages embedded = Reference.Embedded();
        var comparisons = new Comparisons(embedded, 2, [0, 1]);

        Assert.Equal(
            ["a", "b", "c", "d", "e"],
            Enumerable.Range(0, embedded.Images.Count).Where(comparisons.IsGroupQuery)
                .Select(image => embedded.Images[image].Source.Group).Distinct());
    }

    [Fact]
    public void A_model_without_a_vote_leaves_the_fused_lists_alone()
    {
        QueryOutcome[][] outcomes = new Comparisons(Reference.Embedded(), 2, [1])
            .Run((_, _) => { }, TestContext.Current.CancellationToken);

        Assert.All(outcomes[2].Zip(outcomes[1]), pair => Assert.Equal(pair.Second.RightRank, pair.First.RightRank));
        Assert.All(outcomes[3].Zip(outcomes[1]), pair => Assert.Equal(pair.Second.RightRank, pair.First.RightRank));
        Assert.Contains(outcomes[2].Zip(outcomes[0]), pair => pair.Second.RightRank != pair.First.RightRank);
    }

    [Fact]
    public void One_group_has_no_silhouette() => Assert.Null(
        GroupSilhouette.Mean([new float[] { 1, 0 }, new float[] { 0, 1 }], [0, 0], TestContext.Current.CancellationToken));

    [Fact]
    public void Vectors_of_any_length_have_the_silhouette_of_their_directions()
    {
        ReadOnlyMemory<float>[] vectors = [new float[] { 2, 0 }, new float[] { 3, 0 }, new float[] { 0, 5 }, new float[] { 0, 1 }];

        Assert.Equal(1, GroupSilhouette.Mean(vectors, [0, 0, 1, 1], TestContext.Current.CancellationToken)!.Value, 1e-12);
        Assert.Equal(-0.5, GroupSilhouette.Mean(vectors, [0, 1, 0, 1], TestContext.Current.CancellationToken)!.Value, 1e-12);
    }

    [Fact]
    public void The_fused_order_is_that_of_search()
    {
        EmbeddedImages embedded = Reference.Embedded();
        EmbeddingRecord[][] records =
        [
            .. Enumerable.Range(0, 2).Select(model => embedded.Images
                .Select(image => SegmentSearchTests.Record(image.Source.Name, image.Vectors[model].ToArray())).ToArray()),
        ];
        double[][] cosines =
        [
            .. records.Select(model => model.Select(
                record => (double)Embedding.Cosine(model[0].Embedding.Values.Span, record.Embedding.Values.Span)).ToArray()),
        ];
        int[] order = Ranking.Order(FusionMethod.All[0].Score(cosines, 0), 0);

        IReadOnlyList<FusedMatch> fused = StandardisedFusion.Fuse(
            [
                .. records.Select((model, i) =>
                {
                    ScanResult scan = SegmentSearch.Search(
                        Snapshots.Of(model), model[0].Embedding.Values, 100, new SearchFilter(model[0].Id.Key));
                    return new ModelVote(
                        IndexedStorage.Model with { Definition = ModelCatalogue.Default().Models[i] },
                        scan.Nearest,
                        scan.Spread,
                        key => (float)cosines[i][Array.FindIndex(model, record => record.Id.Key == key)]);
                }),
            ],
            100);

        Assert.Equal(order.Select(image => $"{image:00}"), fused.Select(match => match.Image.Id.Name));
    }
}
