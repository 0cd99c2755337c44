using Pipeline.Models;

namespace Pipeline.Cli.Predict;

/// <summary>What <c>pipeline predict --json</c> writes.</summary>
/// <param name="File">The picture's name.</param>
/// <param name="Width">Width of the upright picture, in pixels.</param>
/// <param name="Height">Height of the upright picture, in pixels.</param>
/// <param name="ContentHash">SHA-256 of its bytes.</param>
/// <param name="Labelled">Whether the names of the classes are there; wnid and label are null otherwise.</param>
/// <param name="Models">By the model's key.</param>
internal sealed record PredictionReport(
    string File,
    int Width,
    int Height,
    string ContentHash,
    bool Labelled,
    IReadOnlyDictionary<string, ModelPredictionReport> Models);

/// <summary>What one model takes the picture for, most probable first. Weights is imagenet or untrained.</summary>
internal sealed record ModelPredictionReport(string Weights, string Fingerprint, string Precision, IReadOnlyList<Prediction> Predictions);
