namespace Pipeline.Models;

/// <summary>A class and how sure a network is of it.</summary>
/// <param name="Class">The class's number, from 0: its place in the network's output.</param>
/// <param name="Wnid">Its WordNet identifier; null where the class index was never fetched.</param>
/// <param name="Label">Its name; null likewise.</param>
/// <param name="Probability">0 to 1; all classes' together are 1.</param>
public sealed record Prediction(int Class, string? Wnid, string? Label, float Probability)
{
    /// <summary>The most probable classes, most probable first, as Keras' <c>decode_predictions</c>; of equal ones the lower number.</summary>
    /// <param name="probabilities">float[classes], what the output <c>predictions</c> gave for one picture.</param>
    /// <param name="index">The classes' names; null leaves them out.</param>
    /// <param name="top">How many, 1 or more.</param>
    /// <exception cref="InvalidDataException">The index is of another number of classes.</exception>
    public static IReadOnlyList<Prediction> Top(ReadOnlySpan<float> probabilities, ClassIndex? index, int top)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (index is not null && index.Classes.Count != probabilities.Length)
        {
            throw new InvalidDataException(
                $"{ClassIndex.FileName} names {index.Classes.Count} classes, the network predicts {probabilities.Length}. Fetch both anew: ./pipeline models pull --force");
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
