using System.Globalization;

namespace Pipeline.Study;

/// <summary>Says in sentences which model separates images better.</summary>
internal static class SeparationVerdict
{
    // A smaller difference could be reversed by another image.
    private const double Clear = 0.05;

    public static IReadOnlyList<string> Of(StudyConditions conditions, IReadOnlyList<LayerSeparation> layers)
    {
        List<string> sentences = [];
        if (!conditions.Trained)
        {
            sentences.Add("With untrained weights the figures only show that everything runs; they mean nothing.");
        }

        LayerSeparation[] embeddings = [.. Chosen(layer => layer.IsEmbedding)];
        if (embeddings.Length > 1)
        {
            sentences.Add($"By their embeddings, {Compare(conditions, embeddings)}");
        }

        // The published study compared VGG16's fc2 with ResNet50's predictions.
        LayerSeparation[] published = [.. Chosen(layer => layer.Name is "vgg16:fc2" or "resnet50:predictions")];
        if (published.Length > 1)
        {
            sentences.Add($"By the layers of the published study, {Compare(conditions, published)}");
        }

        string[] confused = [.. layers.Where(layer => !layer.InOrder).Select(layer => TitleOf(conditions, layer))];
        string has = confused.Length == 1 ? "has" : "have";
        sentences.Add(confused.Length == 0
            ? "Every layer has the groups in the order that a person would give them."
            : $"{string.Join(" and ", confused)} {has} the groups in another order than a person would.");
        return sentences;

        IEnumerable<LayerSeparation> Chosen(Func<StudyLayer, bool> which)
        {
            string[] names = [.. conditions.Layers.Where(which).Select(layer => layer.Name)];
            return layers.Where(layer => names.Contains(layer.Layer));
        }
    }

    private static string Compare(StudyConditions conditions, IReadOnlyList<LayerSeparation> layers)
    {
        LayerSeparation[] ranked = [.. layers.OrderByDescending(layer => layer.Score)];
        (LayerSeparation best, LayerSeparation next) = (ranked[0], ranked[1]);
        (string first, string second) = (TitleOf(conditions, best), TitleOf(conditions, next));
        return best.Score - next.Score < Clear
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{first} and {second} separate the groups about equally well: mean silhouette {best.Score:0.00} and {next.Score:0.00}.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{first} separates the groups better than {second}: mean silhouette {best.Score:0.00} against {next.Score:0.00}.");
    }

    private static string TitleOf(StudyConditions conditions, LayerSeparation layer) =>
        conditions.TitleOf(conditions.Layers.First(known => known.Name == layer.Layer));
}
