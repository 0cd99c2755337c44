namespace Pipeline.Contracts;

/// <summary>A class and how sure a model is of it.</summary>
/// <param name="Class">The class's number, from 0: its place in the model's output.</param>
/// <param name="Wnid">Its WordNet identifier; null where the class index was never fetched.</param>
/// <param name="Label">Its name; null likewise.</param>
/// <param name="Probability">0 to 1; all classes' together are 1.</param>
public sealed record Prediction(int Class, string? Wnid, string? Label, float Probability);
