namespace Pipeline.Models;

/// <summary>Asks networks what is in a picture.</summary>
/// <param name="sessions">The installed networks.</param>
public sealed class Predictor(ModelSessions sessions)
{
    /// <summary>Says which networks cannot predict, why, and what to do.</summary>
    /// <param name="models">The networks to be asked.</param>
    /// <returns>Null where all can.</returns>
    internal static string? FaultOf(IEnumerable<InstalledModel> models)
    {
        string[] topless = [.. models.Where(model => !model.WithTop).Select(model => model.Definition.Title)];
        return topless.Length == 0
            ? null
            : $"{string.Join(" and ", topless)} {(topless.Length == 1 ? "was" : "were")} installed without the dense layers, which are what " +
                "predicts. Get the whole network: ./pipeline models pull";
    }

    /// <summary>The most probable classes by each network, all networks side by side.</summary>
    /// <param name="inputs">The picture.</param>
    /// <param name="models">Networks that the picture was decoded for, each with its top.</param>
    /// <param name="top">How many classes, 1 or more; at most all are given.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>By the model's key, most probable first.</returns>
    /// <exception cref="InvalidOperationException">A network has no top; see <see cref="FaultOf"/>.</exception>
    /// <exception cref="InvalidDataException">The class index names another number of classes.</exception>
    internal async Task<IReadOnlyDictionary<string, IReadOnlyList<Prediction>>> PredictAsync(
        ModelInputs inputs, IReadOnlyList<InstalledModel> models, int top, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(models);
        if (FaultOf(models) is { } fault)
        {
            throw new InvalidOperationException(fault);
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

    /// <summary>The most probable classes, most probable first, as Keras' <c>decode_predictions</c>; of equal ones the lower number.</summary>
    /// <param name="probabilities">float[classes], what the output <c>predictions</c> gave for one picture.</param>
    /// <param name="index">The classes' names; null leaves them out.</param>
    /// <param name="top">How many, 1 or more.</param>
    /// <exception cref="InvalidDataException">The index is of another number of classes.</exception>
    internal static IReadOnlyList<Prediction> Top(ReadOnlySpan<float> probabilities, ClassIndex? index, int top)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (index is not null && index.Classes.Count != probabilities.Length)
        {
            throw new InvalidDataException(
                $"{ClassIndex.FileName} names {index.Classes.Count} classes, the network predicts {probabilities.Length}. " +
                "Fetch both anew: ./pipeline models pull --force");
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
