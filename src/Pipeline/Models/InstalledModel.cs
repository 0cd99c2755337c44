namespace Pipeline.Models;

/// <summary>A network whose ONNX file lies ready in the models folder.</summary>
/// <param name="Definition">Its catalogue entry.</param>
/// <param name="Fingerprint">What its embeddings are made with.</param>
/// <param name="Weights">Where its weights come from.</param>
/// <param name="Path">The ONNX file.</param>
public sealed record InstalledModel(ModelDefinition Definition, Fingerprint Fingerprint, WeightsOrigin Weights, string Path)
{
    /// <summary>Short for <see cref="ModelDefinition.Key"/>.</summary>
    public string Key => Definition.Key;
}
