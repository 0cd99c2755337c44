using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Study;
using Pipeline.Study.Reporting;

namespace Pipeline.IntegrationTests.Study;

/// <summary>The study's figures at full size against plain loops over the outputs of the models.</summary>
public class StudyRunTests(FullSizeStudy study) : IClassFixture<FullSizeStudy>
{
    private const double Tolerance = 1e-9;

    [Fact]
    public async Task Cosines_of_pairs_are_those_of_the_models_outputs()
    {
        foreach (StudyLayer layer in study.Result.Conditions.Layers)
        {
            float[][] vectors = [.. await Task.WhenAll(FullSizeStudy.Images.Select(image => RunAsync(Decode(image), layer)))];
            foreach (StudiedPair pair in study.Result.Pairs)
            {
                double expected = Cosine(vectors[pair.First[0] - 'A'], vectors[pair.Second[0] - 'A']);
                Assert.Equal(expected, pair.Cosines[layer.Name], Tolerance);
            }
        }
    }

    [Fact]
    public async Task Cosines_of_variants_are_those_of_images_that_their_transforms_make()
    {
        RgbImage original = Decode(FullSizeStudy.Images[0]);
        foreach (StudyLayer layer in study.Result.Conditions.Layers.Where(layer => layer.IsEmbedding))
        {
            float[] reference = await RunAsync(original, layer);
            foreach (AugmentedVariant variant in study.Result.Augmentations.Variants)
            {
                float[] augmented = await RunAsync(Augmentation.Apply(original, variant.Transform), layer);
                Assert.Equal(Cosine(reference, augmented), variant.Cosines[layer.Name], Tolerance);
            }
        }
    }

    [Fact]
    public async Task Curves_are_those_of_images_that_the_distortions_make()
    {
        RgbImage original = Decode(FullSizeStudy.Images[0]);
        StudyLayer layer = study.Result.Conditions.Layers[0];
        float[] reference = await RunAsync(original, layer);
        (string Distortion, double Value, RgbImage Image)[] distorted =
        [
            ("rotation", 20, Distortions.Rotate(original, 20)),
            ("crop", 0.7, Distortions.CropCentre(original, 0.7)),
            ("blur", 2, Distortions.Blur(original, 2 * Math.Sqrt(original.Width * original.Height) / 224)),
            ("JPEG", 10, Distortions.RecompressJpeg(original, 10)),
            ("brightness", 0.5, Distortions.ScaleBrightness(original, 0.5)),
        ];
        foreach ((string distortion, double value, RgbImage image) in distorted)
        {
            RobustnessPoint point = study.Result.Robustness.Single(
                curve => curve.Distortion == distortion).Points.Single(at => at.Value == value);
            Assert.Equal(Cosine(reference, await RunAsync(image, layer)), point.Cosines[layer.Name], Tolerance);
        }
    }

    [Fact]
    public async Task Predictions_are_the_largest_of_the_models_probabilities()
    {
        foreach (StudyLayer layer in study.Result.Conditions.Layers.Where(layer => !layer.IsEmbedding))
        {
            float[] probabilities = await RunAsync(Decode(FullSizeStudy.Images[2]), layer);
            int[] largest = [.. Enumerable.Range(0, probabilities.Length).OrderByDescending(i => probabilities[i]).Take(5)];

            IReadOnlyList<Prediction> top = study.Result.Images[2].Predictions[layer.Model];

            Assert.Equal(largest, top.Select(prediction => prediction.Class));
            Assert.Equal(largest.Select(i => probabilities[i]), top.Select(prediction => prediction.Probability));
        }
    }

    [Fact]
    public async Task A_second_run_gives_the_same_JSON() =>
        Assert.Equal(StudyJson.Write(study.Result), StudyJson.Write(await study.RunAsync()));

    private RgbImage Decode(StudyImage image) =>
        study.Decoder.TryDecode(
            image.Encoded, out DecodedImage? decoded, out _) ? decoded.Pixels : throw new InvalidOperationException(image.Name);

    private async Task<float[]> RunAsync(RgbImage image, StudyLayer layer)
    {
        InstalledModel model = study.Sessions.Float32Models.Single(known => known.Key == layer.Model);
        ModelSession session = await study.Sessions.GetAsync(model, TestContext.Current.CancellationToken);
        RgbImage input = ImageResizer.Resize(image, 224, 224, Resampling.Keras);
        return (await session.RunAsync([input], [layer.Output], TestContext.Current.CancellationToken))[0].Values.ToArray();
    }

    private static double Cosine(float[] first, float[] second)
    {
        double dot = 0, firstSquares = 0, secondSquares = 0;
        for (int i = 0; i < first.Length; i++)
        {
            dot += (double)first[i] * second[i];
            firstSquares += (double)first[i] * first[i];
            secondSquares += (double)second[i] * second[i];
        }

        return dot / Math.Sqrt(firstSquares * secondSquares);
    }
}
