namespace Pipeline.Contracts;

/// <summary>A class and its probability.</summary>
/// <param name="Class">The class's number, from 0: its position in the model's output.</param>
/// <param name="Wnid">Its WordNet identifier; null if the class index was never fetched.</param>
/// <param name="Label">Its name; null likewise.</param>
/// <param name="Probability">0 to 1; the sum over all classes is 1.</param>
public sealed record Prediction(int Class, string? Wnid, string? Label, float Probability);
