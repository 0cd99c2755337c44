using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.Models;
using Pipeline.Study;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Study;

/// <summary>Studies put together by hand, with figures as trained models give them.</summary>
internal static class SampleStudy
{
    public static readonly byte[] Jpeg = ImageEncoder.ToJpeg(Picture.Draw(8, 6, (x, y) => (byte)(x * y)), 80);
    public static readonly byte[] Png = ImageEncoder.ToPng(Picture.Draw(8, 6, (x, y) => (byte)(x + y)));

    public static StudyConditions Conditions(WeightsOrigin weights = WeightsOrigin.ImageNet, bool withTop = true)
    {
        StudyLayer[] layers = withTop
            ?
            [
                new("vgg16", "fc2", true), new("vgg16", "predictions", false), new("resnet50", "avg_pool", true), new(
                    "resnet50", "predictions", false),
            ]
            : [new("vgg16", "block5_pool", true), new("resnet50", "avg_pool", true)];
        return new StudyConditions(
            "1.0.0",
            [
                new StudiedModel("vgg16", "VGG16", weights, Precision.Float32, "0123456789ab", withTop, 224),
                new StudiedModel("resnet50", "ResNet50", weights, Precision.Float32, "ba9876543210", withTop, 224),
            ],
            layers,
            Resampling.Keras,
            1_000_000,
            3,
            1,
            new AugmentationRanges());
    }

    /// <summary>The same cosine by every layer, less a little from layer to layer.</summary>
    public static IReadOnlyDictionary<string, double> Cosines(StudyConditions conditions, double cosine) =>
        conditions.Layers.Select((layer, i) => (layer.Name, cosine - (i * 0.01))).ToDictionary(entry => entry.Name, entry => entry.Item2);

    public static StudyResult Create(string[]? names = null, WeightsOrigin weights = WeightsOrigin.ImageNet, bool withTop = true)
    {
        StudyConditions conditions = Conditions(weights, withTop);
        string[] given = names ?? ["vase.jpg", "vase2.jpg", "flowerpot.jpg"];
        StudiedPair[] pairs =
        [
            .. from first in Enumerable.Range(0, given.Length)
               from second in Enumerable.Range(first + 1, given.Length - first - 1)
               select new StudiedPair(Letter(first), Letter(second), Cosines(conditions, 0.9 - (0.3 * second))),
        ];
        AugmentedVariant[] variants =
        [
            .. Enumerable.Range(0, 3).Select(i => new AugmentedVariant(
                i, Augmentation.Draw(new AugmentationRanges(), 80, 60, 1, i), Cosines(conditions, 0.95 - (0.05 * i)), Jpeg)),
        ];
        return new StudyResult(
            conditions,
            [],
            [.. given.Select((name, i) => ImageOf(name, i, withTop))],
            pairs,
            [],
            new StudiedAugmentations(
                variants,
                conditions.Layers.ToDictionary(
                    layer => layer.Name, layer => CosineSummary.Of([.. variants.Select(variant => variant.Cosines[layer.Name])]))),
            Separation.Of(
                conditions,
                [.. variants.Select(variant => variant.Cosines)],
                [.. pairs.Where(pair => pair.First == "A").Take(1).Select(pair => pair.Cosines)],
                [.. pairs.Where(pair => pair.First == "A").Skip(1).Select(pair => pair.Cosines)]),
            [
                new RobustnessCurve(
                    "rotation",
                    "angle in degrees",
                    [.. Enumerable.Range(0, 4).Select(i => new RobustnessPoint(30 * i, Cosines(conditions, 1 - (0.2 * i)), Jpeg))]),
                new RobustnessCurve(
                    "JPEG",
                    "quality",
                    [.. Enumerable.Range(0, 3).Select(
                        i => new RobustnessPoint(100 - (40 * i), Cosines(conditions, 1 - (0.01 * i)), Jpeg))]),
            ],
            [new StudiedFeatureMaps("vgg16", [new StudiedBlock(1, "block1_conv2", 64, 224, 224, Png)], Png)],
            null);
    }

    /// <summary>A study of the published images that has every published figure, but for those that a test changes.</summary>
    /// <param name="weights">Where the models' weights come from.</param>
    /// <param name="off">How far each of ours is from the published figure.</param>
    public static StudyResult Published(WeightsOrigin weights = WeightsOrigin.ImageNet, Func<PublishedFigure, double>? off = null)
    {
        StudyResult sample = Create(weights: weights);
        float[] probabilities = new float[1000];
        foreach (PublishedFigure figure in PublishedFigures.All.Where(figure => figure.Class is not null))
        {
            probabilities[figure.Class!.Value] = (float)(figure.Value + (off?.Invoke(figure) ?? 0));
        }

        return sample with
        {
            Images =
            [
                sample.Images[0] with { Probabilities = new Dictionary<string, ReadOnlyMemory<float>> { ["vgg16"] = probabilities } },
                .. sample.Images.Skip(1),
            ],
            Pairs = [Pair("B", "vase2"), Pair("C", "flowerpot"), sample.Pairs[2]],
            Variants = [.. PublishedFigures.Variants.Select(name => new StudiedVariant($"{name}.jpg", CosinesOf(name), Jpeg))],
            Robustness = [new RobustnessCurve("rotation", "angle in degrees", [new RobustnessPoint(0, CosinesOf("vase"), Jpeg)])],
        };

        StudiedPair Pair(string letter, string name) => new("A", letter, CosinesOf(name));

        IReadOnlyDictionary<string, double> CosinesOf(string other) => sample.Conditions.Layers.ToDictionary(
            layer => layer.Name,
            layer => PublishedFigures.All.SingleOrDefault(
                figure => figure.Class is null
                    && $"{figure.Model}:{figure.Output}" == layer.Name && figure.Subject == $"vase / {other}") is { } figure
                ? figure.Value + (off?.Invoke(figure) ?? 0)
                : 0.5);
    }

    private static StudiedImage ImageOf(string name, int index, bool withTop)
    {
        Prediction[] top = [new(883, "n04522168", "vase", 0.9866f), new(572, "n03443371", "goblet", 0.0046f)];
        string[] predicting = withTop ? ["vgg16", "resnet50"] : [];
        return new StudiedImage(
            Letter(index),
            name,
            index switch { 0 => StudiedImage.Reference, 1 => StudiedImage.SameKind, _ => StudiedImage.Other },
            new string('0', 64),
            80,
            60,
            80,
            60,
            predicting.ToDictionary(key => key, IReadOnlyList<Prediction> (_) => top),
            predicting.ToDictionary(key => key, _ => new ReadOnlyMemory<float>(new float[1000])),
            Jpeg);
    }

    private static string Letter(int index) => ((char)('A' + index)).ToString();
}
