using System.Text;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Study;
using Pipeline.Study.Reporting;
using Pipeline.Tests.Imaging;
using Pipeline.Tests.Models;

namespace Pipeline.Tests.Study;

/// <summary>The whole study, with models at an eighth of their width.</summary>
public sealed class StudyRunTests(SmallModels models) : IClassFixture<SmallModels>, IDisposable
{
    private static readonly StudyImage A = new("a.jpg", ReferenceImage.Read("baseline.jpg"));
    private static readonly StudyImage B = new("b.png", ReferenceImage.Read("checks.png"));
    private static readonly StudyImage C = new("c.png", ReferenceImage.Read("rings.png"));

    private readonly ImageDecoder _decoder = new(new ImageLimits());

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public async Task A_study_has_everything_that_it_promises()
    {
        StudyResult study = await RunAsync(new StudyRequest { Images = [A, B, C], Variants = [B], Augmentations = 3 });

        Assert.Equal(
            ["vgg16:fc2", "vgg16:predictions", "resnet50:avg_pool", "resnet50:predictions"],
            study.Conditions.Layers.Select(layer => layer.Name));
        Assert.All(
            study.Conditions.Models, model => Assert.Equal((WeightsOrigin.Untrained, Precision.Float32), (model.Weights, model.Precision)));
        Assert.Equal([("A", "reference"), ("B", "same kind"), ("C", "other")], study.Images.Select(image => (image.Letter, image.Role)));
        StudiedImage first = study.Images[0];
        Assert.Equal((97, 61, 97, 61), (first.Width, first.Height, first.StudiedWidth, first.StudiedHeight));
        Assert.All(study.Images, image => Assert.All(image.Predictions.Values, top => Assert.Equal(5, top.Count)));
        Assert.Equal(["AB", "AC", "BC"], study.Pairs.Select(pair => pair.First + pair.Second));
        Assert.Equal(study.Pairs[0].Cosines, Assert.Single(study.Variants).Cosines);
        Assert.Equal([0, 1, 2], study.Augmentations.Variants.Select(variant => variant.Index));
        Assert.Equal(Augmentation.Draw(new AugmentationRanges(), 97, 61, 1, 2), study.Augmentations.Variants[2].Transform);
        Assert.NotNull(study.Separation);
        Assert.Equal(["rotation", "crop", "blur", "JPEG", "brightness"], study.Robustness.Select(curve => curve.Distortion));
        Assert.All(study.Robustness, curve => Assert.InRange(curve.Points.Count, 6, 8));
        Assert.Equal(["vgg16", "resnet50"], study.FeatureMaps.Select(maps => maps.Model));
        Assert.All(study.FeatureMaps, maps => Assert.Equal([1, 2, 3, 4, 5], maps.Blocks.Select(block => block.Block)));
        Assert.Null(study.Published);
        Assert.Empty(study.Notes);
    }

    [Fact]
    public async Task Summaries_are_those_of_the_variants()
    {
        StudyResult study = await RunAsync(new StudyRequest { Images = [A], Augmentations = 4 });

        Assert.All(study.Augmentations.Summary, entry =>
        {
            double[] cosines = [.. study.Augmentations.Variants.Select(variant => variant.Cosines[entry.Key])];
            Assert.Equal((cosines.Min(), cosines.Max()), (entry.Value.Min, entry.Value.Max));
            Assert.Equal(cosines.Sum() / 4, entry.Value.Mean, 1e-12);
        });
    }

    [Fact]
    public async Task What_is_not_distorted_is_the_image_itself()
    {
        StudyResult study = await RunAsync(new StudyRequest { Images = [A], Augmentations = 0 });

        foreach ((string distortion, double value) in ((string, double)[])[("rotation", 0), ("crop", 1), ("blur", 0), ("brightness", 1)])
        {
            RobustnessPoint point = study.Robustness.Single(curve => curve.Distortion == distortion).Points.Single(at => at.Value == value);
            Assert.All(point.Cosines.Values, cosine => Assert.Equal(1, cosine, 1e-12));
        }

        Assert.All(study.Robustness, curve => Assert.InRange(curve.Points[^1].Cosines["vgg16:fc2"], -1, 1 - 1e-6));
    }

    [Fact]
    public async Task The_same_request_gives_the_same_bytes_and_another_seed_others()
    {
        var request = new StudyRequest { Images = [A, B], Augmentations = 2, Seed = 7 };

        StudyResult first = await RunAsync(request);
        StudyResult second = await RunAsync(request);
        StudyResult other = await RunAsync(request with { Seed = 8 });

        Assert.Equal(StudyJson.Write(first), StudyJson.Write(second));
        Assert.Equal(StudyReport.Write(first), StudyReport.Write(second));
        Assert.Equal(StudyCsv.Write(first), StudyCsv.Write(second));
        Assert.NotEqual(first.Augmentations.Variants[0].Transform, other.Augmentations.Variants[0].Transform);
    }

    [Fact]
    public async Task One_image_without_variants_is_studied_too()
    {
        StudyResult study = await RunAsync(new StudyRequest { Images = [A], Augmentations = 0 });

        Assert.Empty(study.Pairs);
        Assert.Empty(study.Augmentations.Summary);
        Assert.Null(study.Separation);
        Assert.StartsWith("Only one image was given", Assert.Single(study.Notes), StringComparison.Ordinal);
        Assert.NotEmpty(StudyReport.Write(study));
    }

    [Fact]
    public async Task A_large_image_is_reduced_first_and_the_study_says_so()
    {
        var large = new StudyImage("large.png", ImageEncoder.ToPng(Picture.Draw(4000, 1000, (x, y) => (byte)((x ^ y) & 255))));

        StudyResult study = await RunAsync(new StudyRequest { Images = [large], Augmentations = 1 });

        StudiedImage image = study.Images[0];
        Assert.Equal((4000, 1000), (image.Width, image.Height));
        Assert.InRange(image.StudiedWidth * image.StudiedHeight, 995_000, 1_000_000);
        Assert.Equal(4, (double)image.StudiedWidth / image.StudiedHeight, 0.01);
        Assert.Contains(study.Notes, note => note.StartsWith(
            $"large.png has 4000 x 1000 pixels and was reduced, antialiased, to {image.StudiedWidth} x", StringComparison.Ordinal));
        Assert.Equal(
            Augmentation.Draw(
                new AugmentationRanges(), image.StudiedWidth, image.StudiedHeight, 1, 0), study.Augmentations.Variants[0].Transform);
    }

    [Fact]
    public async Task Models_without_their_top_are_compared_by_what_they_have_and_the_study_says_so()
    {
        using var topless = new SmallModels(withTop: false, studied: true, labelled: true);

        StudyResult study = await RunAsync(new StudyRequest { Images = [A, B], Augmentations = 1 }, topless);

        Assert.Equal(["vgg16:block5_pool", "resnet50:avg_pool"], study.Conditions.Layers.Select(layer => layer.Name));
        Assert.All(study.Images, image => Assert.Empty(image.Predictions));
        Assert.Equal(2, study.Notes.Count(note => note.Contains("installed without its dense layers", StringComparison.Ordinal)));
        Assert.Contains("no predictions", Encoding.UTF8.GetString(StudyReport.Write(study)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classes_without_names_are_given_by_number_and_the_study_says_so()
    {
        using var unlabelled = new SmallModels(withTop: true, studied: true, labelled: false);

        StudyResult study = await RunAsync(new StudyRequest { Images = [A], Augmentations = 0 }, unlabelled);

        Assert.Null(study.Images[0].Predictions["vgg16"][0].Label);
        Assert.Contains(study.Notes, note => note.StartsWith("Classes are given by number", StringComparison.Ordinal));
        int first = study.Images[0].Predictions["vgg16"][0].Class;
        Assert.Contains($"class {first}", Encoding.UTF8.GetString(StudyReport.Write(study)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_there_in_float32_is_named_with_what_to_do()
    {
        using var quantised = new SmallModels(withTop: true, studied: false, labelled: true);

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RunAsync(new StudyRequest { Images = [A] }, quantised));

        Assert.Equal(quantised.Sessions.Float32Fault, refused.Message);
        Assert.Contains("VGG16 is not there in float32", refused.Message, StringComparison.Ordinal);
        Assert.Contains("./pipeline models pull --force", refused.Message, StringComparison.Ordinal);
        Assert.Null(models.Sessions.Float32Fault);
    }

    [Fact]
    public async Task An_invalid_image_is_named()
    {
        var text = new StudyImage("text.txt", "no image"u8.ToArray());

        InvalidImageException invalid = await Assert.ThrowsAsync<InvalidImageException>(
            () => RunAsync(new StudyRequest { Images = [A, text, C] }));

        Assert.Equal((text.Name, ImageFault.UnsupportedFormat), (invalid.Image, invalid.Rejection.Fault));
    }

    [Theory]
    [InlineData(0, 10, 1)]
    [InlineData(27, 10, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(1, 51, 1)]
    [InlineData(1, 10, -1)]
    public async Task A_request_out_of_its_ranges_is_refused(int images, int augmentations, int seed) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => RunAsync(
            new StudyRequest { Images = [.. Enumerable.Repeat(A, images)], Augmentations = augmentations, Seed = seed }));

    [Fact]
    public async Task Progress_goes_from_nothing_to_all_and_never_back()
    {
        var recorded = new RecordedProgress();
        await new StudyRun(_decoder, models.Sessions).RunAsync(
            new StudyRequest { Images = [A], Augmentations = 1 }, recorded, TestContext.Current.CancellationToken);

        Assert.Equal(recorded.Fractions.Order(), recorded.Fractions);
        Assert.InRange(recorded.Fractions[0], 0, 0.1);
        Assert.Equal(1, recorded.Fractions[^1], 1e-9);
    }

    [Fact]
    public async Task A_study_can_be_ended_at_any_point()
    {
        foreach (double at in (double[])[0, 0.1, 0.5, 0.97])
        {
            using var stop = new CancellationTokenSource();
            var ending = new RecordedProgress(fraction =>
            {
                if (fraction >= at)
                {
                    stop.Cancel();
                }
            });

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new StudyRun(_decoder, models.Sessions).RunAsync(
                new StudyRequest { Images = [A], Augmentations = 2 }, ending, stop.Token));
        }
    }

    private Task<StudyResult> RunAsync(StudyRequest request, SmallModels? other = null) =>
        new StudyRun(_decoder, (other ?? models).Sessions).RunAsync(request, null, TestContext.Current.CancellationToken);

    private sealed class RecordedProgress(Action<double>? then = null) : IProgress<StudyProgress>
    {
        public List<double> Fractions { get; } = [];

        public void Report(StudyProgress value)
        {
            Fractions.Add(value.Fraction);
            then?.Invoke(value.Fraction);
        }
    }
}
