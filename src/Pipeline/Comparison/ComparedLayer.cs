using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Comparison;

/// <summary>The layer by which a model compares images.</summary>
/// <param name="Model">The model.</param>
/// <param name="Output">Which of its <see cref="InstalledModel.VectorOutputs"/>.</param>
/// <param name="Resampling">How images are resized for the model.</param>
internal sealed record ComparedLayer(InstalledModel Model, string Output, Resampling Resampling)
{
    /// <summary>
    /// The layers of the published study, in the form of <see cref="Parse"/> takes it: ResNet50's classes, not its embedding.
    /// </summary>
    public const string Study = "vgg16:fc2,resnet50:predictions";

    /// <summary>The form in which the model takes an image.</summary>
    public InputForm InputForm => Model.Definition.InputForm with { Resampling = Resampling };

    /// <summary>As search compares: the models that search uses, by their embeddings, each with its own resampling.</summary>
    /// <param name="models">The models that respond to queries.</param>
    public static IReadOnlyList<ComparedLayer> OfSearch(IReadOnlyList<InstalledModel> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return
        [
            .. models.Select(model => new ComparedLayer(model, model.Definition.EmbeddingOutput, model.Definition.Resampling)),
        ];
    }

    /// <summary>
    /// As the study compared: the models in float32, by the layers chosen, with Keras' resampling. A model that is not
    /// named is compared by its embedding.
    /// </summary>
    /// <param name="text">Such as <c>vgg16:fc2,resnet50:predictions</c>: each model at most once.</param>
    /// <param name="sessions">The installed models.</param>
    /// <returns>A layer for each model in the catalogue's order.</returns>
    /// <exception cref="InvalidLayersException">The models have no such layers, or a model is not installed in float32.</exception>
    public static IReadOnlyList<ComparedLayer> Parse(string text, ModelSessions sessions)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(sessions);
        if (sessions.Float32Fault is { } error)
        {
            throw new InvalidLayersException(LayerFaultKind.NoFloat32Model, error);
        }

        var chosen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (Find(part, sessions.Float32Models) is not { } found)
            {
                throw new InvalidLayersException(LayerFaultKind.Unknown, $"'{part}' is not one of {Choices(sessions.Float32Models)}.");
            }

            if (!chosen.TryAdd(found.Model.Key, found.Output))
            {
                throw new InvalidLayersException(
                    LayerFaultKind.Unknown, $"{found.Model.Key} is named twice; name one layer per model.");
            }
        }

        return
        [
            .. sessions.Float32Models.Select(model => new ComparedLayer(
                model, chosen.GetValueOrDefault(model.Key, model.Definition.EmbeddingOutput), Resampling.Keras)),
        ];
    }

    private static (InstalledModel Model, string Output)? Find(string text, IReadOnlyList<InstalledModel> models)
    {
        foreach (InstalledModel model in models)
        {
            foreach (string output in model.VectorOutputs)
            {
                if (text.Equals(Name(model, output), StringComparison.OrdinalIgnoreCase))
                {
                    return (model, output);
                }
            }
        }

        return null;
    }

    private static string Choices(IReadOnlyList<InstalledModel> models) =>
        string.Join(", ", models.SelectMany(model => model.VectorOutputs.Select(output => Name(model, output))));

    private static string Name(InstalledModel model, string output) => $"{model.Key}:{output}";
}

/// <summary>Why layers cannot be compared.</summary>
internal enum LayerFaultKind
{
    /// <summary>A layer that no model has, or a model named twice.</summary>
    Unknown,

    /// <summary>A model is installed only with smaller weights.</summary>
    NoFloat32Model,
}

/// <summary>Layers cannot be compared.</summary>
/// <param name="kind">For programs.</param>
/// <param name="message">What is wrong, and what is allowed or what to do, for users.</param>
internal sealed class InvalidLayersException(LayerFaultKind kind, string message) : Exception(message)
{
    /// <summary>For programs.</summary>
    public LayerFaultKind Kind { get; } = kind;
}
