namespace Pipeline.Models;

/// <summary>Predicts the classes of an image.</summary>
/// <param name="sessions">The installed models.</param>
public sealed class Predictor(ModelSessions sessions)
{
    /// <summary>Says which models cannot predict, why, and what to do.</summary>
    /// <param name="models">The models.</param>
    /// <returns>Null if all can.</returns>
    internal static string? FaultOf(IEnumerable<InstalledModel> models)
    {
        InstalledModel[] unable = [.. models.Where(model => !model.WithTop)];
        if (unable.FirstOrDefault(model => model.Definition.Classes == 0) is { } model)
        {
            return $"{model.Definition.Title} has no classes to predict. Ask a model that has: VGG16 and ResNet50 are installed by " +
                "./pipeline models pull";
        }

        return unable.Length == 0
            ? null
            : $"{string.Join(" and ", unable.Select(model => model.Definition.Title))} {(unable.Length == 1 ? "was" : "were")} installed " +
                "without the dense layers, which make the predictions. Get the complete model: ./pipeline models pull";
    }

    /// <summary>The models that answer where none is named: all but those that by design have no classes.</summary>
    /// <param name="models">The installed models.</param>
    /// <returns>All where none of them has classes, so that the error says why.</returns>
    internal static IReadOnlyList<InstalledModel> Default(IReadOnlyList<InstalledModel> models)
    {
        InstalledModel[] withClasses = [.. models.Where(model => model.Definition.Classes > 0)];
        return withClasses.Length > 0 ? withClasses : models;
    }

    /// <summary>The most probable classes by each model, all models side by side.</summary>
    /// <param name="inputs">The image.</param>
    /// <param name="models">Models for which the image was decoded; each must have its dense layers.</param>
    /// <param name="top">The number of classes, 1 or more; at most all are returned.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>By the model's key, most probable first.</returns>
    /// <exception cref="InvalidOperationException">A model has no dense layers; see <see cref="FaultOf"/>.</exception>
    /// <exception cref="InvalidDataException">The class index has another number of classes.</exception>
    internal async Task<IReadOnlyDictionary<string, IReadOnlyList<Prediction>>> PredictAsync(
        ModelInputs inputs, IReadOnlyList<InstalledModel> models, int top, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(models);
        if (FaultOf(models) is { } error)
        {
            throw new InvalidOperationException(error);
        }

        IReadOnlyList<Prediction>[] predictions = await Task.WhenAll(models.Select(async model =>
        {
            ModelSession session = await sessions.GetAsync(model, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<ModelOutput> outputs = await session.RunAsync(
                [inputs.Of(model.Definition.InputForm)], [InstalledModel.PredictionsOutput], cancellationToken).ConfigureAwait(false);
            return Top(outputs[0].Values.Span, sessions.Classes, top);
        })).ConfigureAwait(false);
        return models.Zip(predictions).ToDictionary(pair => pair.First.Key, pair => pair.Second, StringComparer.Ordinal);
    }

    /// <summary>
    /// The most probable classes, most probable first, as Keras' <c>decode_predictions</c>; of equal ones the lower number.
    /// </summary>
    /// <param name="probabilities">float[classes], the output <c>predictions</c> for one image.</param>
    /// <param name="index">The classes' names; null leaves them out.</param>
    /// <param name="top">The number of classes, 1 or more.</param>
    /// <exception cref="InvalidDataException">The index has another number of classes.</exception>
    internal static IReadOnlyList<Prediction> Top(ReadOnlySpan<float> probabilities, ClassIndex? index, int top)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (index is not null && index.Classes.Count != probabilities.Length)
        {
            throw new InvalidDataException(
                $"{ClassIndex.FileName} names {index.Classes.Count} classes, but the model predicts {probabilities.Length}. " +
                "Fetch both again: ./pipeline models pull --force");
        }

        float[] values = probabilities.ToArray();
        return
        [
            .. Enumerable.Range(0, values.Length)
                .OrderByDescending(number => values[number])
                .Take(top)
                .Select(number => new Prediction(number, index?.Classes[number].Wnid, index?.Classes[number].Label, values[number])),
        ];
    }
}
