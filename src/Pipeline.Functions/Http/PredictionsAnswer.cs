using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>The answer of /predictions. Labelled is false where the class index was never fetched; wnid and label are null then.</summary>
internal sealed record PredictionsAnswer(
    QueryPart Query, bool Labelled, IReadOnlyDictionary<string, ModelPredictions> Models, PredictionsTook Took);

/// <summary>What one model takes the image for, most probable first. Weights is imagenet or untrained.</summary>
internal sealed record ModelPredictions(string Weights, string Fingerprint, string Precision, IReadOnlyList<Prediction> Predictions);

/// <summary>Where the time went, in milliseconds.</summary>
internal sealed record PredictionsTook(double DecodeMs, double PredictMs, double TotalMs);
