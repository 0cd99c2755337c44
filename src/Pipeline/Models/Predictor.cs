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
        string[] topless = [.. models.Where(model => !model.WithTop).Select(model => model.Definition.Title)];
        return topless.Length == 0
            ? null
            : $"{string.Join(" and ", topless)} {(topless.Length == 1 ? "was" : "were")} installed without the dense layers, " +
                "which make the " +
                "predictions. Get the complete model: ./pipeline models pull";
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
