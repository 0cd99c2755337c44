using Pipeline.Models;

namespace Pipeline.Study;

/// <summary>A layer that images are compared by.</summary>
/// <param name="Model">The model's key, such as <c>vgg16</c>.</param>
/// <param name="Output">The layer, such as <c>fc2</c>.</param>
/// <param name="IsEmbedding">True for the model's embedding, which search compares by; false for its predictions.</param>
internal sealed record StudyLayer(string Model, string Output, bool IsEmbedding)
{
    /// <summary>Both joined, such as <c>vgg16:fc2</c>: the key of every table of cosines.</summary>
    public string Name => $"{Model}:{Output}";

    /// <summary>A model's embedding, and its predictions if it has its dense layers.</summary>
    public static IReadOnlyList<StudyLayer> Of(InstalledModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var embedding = new StudyLayer(model.Key, model.Definition.EmbeddingOutput, IsEmbedding: true);
        return model.WithTop ? [embedding, new StudyLayer(model.Key, InstalledModel.PredictionsOutput, IsEmbedding: false)] : [embedding];
    }
}
