using Pipeline.Models;

namespace Pipeline.Study;

/// <summary>Computes the result of a study from its vectors.</summary>
internal static class StudyAnalysis
{
    public static StudyResult Of(
        StudyConditions conditions,
        StudyInputs inputs,
        StudyVectors vectors,
        ClassIndex? classes,
        int topClasses,
        IReadOnlyList<StudiedFeatureMaps> maps)
    {
        StudySubject reference = inputs.Reference;
        IReadOnlyDictionary<string, double>[] withOthers =
            [.. inputs.Images.Skip(1).Select(image => vectors.Cosines(reference, image.Subject))];
        StudiedVariant[] variants =
        [
            .. inputs.Variants.Select(variant =>
                new StudiedVariant(variant.Name, vectors.Cosines(reference, variant.Subject), variant.Subject.Thumbnail)),
        ];
        AugmentedVariant[] augmented =
        [
            .. inputs.Augmented.Select((variant, index) => new AugmentedVariant(
                index, variant.Transform, vectors.Cosines(reference, variant.Subject), variant.Subject.Thumbnail)),
        ];
        return new StudyResult(
            conditions,
            StudyNotes.Of(conditions, inputs, classes is not null),
            [.. inputs.Images.Select((image, i) => ImageOf(conditions, image, i, vectors, classes, topClasses))],
            [.. Pairs(inputs, vectors)],
            variants,
            new StudiedAugmentations(augmented, Summarise(conditions, augmented)),
            Separation.Of(
                conditions,
                [.. variants.Select(variant => variant.Cosines), .. augmented.Select(variant => variant.Cosines)],
                [.. withOthers.Take(1)],
                [.. withOthers.Skip(1)]),
            [.. StudyDistortion.All.Zip(inputs.Distorted, (distortion, subjects) => CurveOf(distortion, subjects, reference, vectors))],
            maps,
            Published: null);
    }

    private static StudiedImage ImageOf(
        StudyConditions conditions, PreparedImage image, int index, StudyVectors vectors, ClassIndex? classes, int topClasses)
    {
        var probabilities = conditions.Layers.Where(layer => !layer.IsEmbedding)
            .ToDictionary(layer => layer.Model, layer => vectors.Of(image.Subject, layer), StringComparer.Ordinal);
        return new StudiedImage(
            LetterOf(index),
            image.Name,
            index switch { 0 => StudiedImage.Reference, 1 => StudiedImage.SameKind, _ => StudiedImage.Other },
            image.ContentHash,
            image.Width,
            image.Height,
            image.StudiedWidth,
            image.StudiedHeight,
            probabilities.ToDictionary(
                entry => entry.Key, entry => Predictor.Top(entry.Value.Span, classes, topClasses), StringComparer.Ordinal),
            probabilities,
            image.Subject.Thumbnail);
    }

    private static IEnumerable<StudiedPair> Pairs(StudyInputs inputs, StudyVectors vectors)
    {
        for (int first = 0; first < inputs.Images.Count; first++)
        {
            for (int second = first + 1; second < inputs.Images.Count; second++)
            {
                yield return new StudiedPair(
                    LetterOf(first), LetterOf(second), vectors.Cosines(inputs.Images[first].Subject, inputs.Images[second].Subject));
            }
        }
    }

    private static Dictionary<string, CosineSummary> Summarise(StudyConditions conditions, AugmentedVariant[] variants) =>
        variants.Length == 0
            ? []
            : conditions.Layers.ToDictionary(
                layer => layer.Name,
                layer => CosineSummary.Of([.. variants.Select(variant => variant.Cosines[layer.Name])]),
                StringComparer.Ordinal);

    private static RobustnessCurve CurveOf(
        StudyDistortion distortion, IReadOnlyList<StudySubject> subjects, StudySubject reference, StudyVectors vectors) => new(
            distortion.Name,
            distortion.Parameter,
            [
                .. distortion.Values.Zip(subjects, (value, subject) => new RobustnessPoint(
                    value, vectors.Cosines(reference, subject), subject.Thumbnail)),
            ]);

    private static string LetterOf(int index) => ((char)('A' + index)).ToString();
}
