namespace Pipeline.Contracts;

/// <summary>The response of <c>/api/predictions</c>.</summary>
/// <param name="Query">The image of the request.</param>
/// <param name="Labelled">False if the class index was never fetched; then wnid and label of every prediction are null.</param>
/// <param name="Models">By the model's key.</param>
/// <param name="Took">Where the time went.</param>
public sealed record PredictionsResponse(
    ImageInfo Query, bool Labelled, IReadOnlyDictionary<string, ModelPredictions> Models, PredictionsTimes Took);

/// <summary>The predictions of one model.</summary>
/// <param name="Weights">Untrained ones predict at random.</param>
/// <param name="Fingerprint">What the predictions were made with.</param>
/// <param name="Precision">What the weights are kept in.</param>
/// <param name="Predictions">Most probable first.</param>
public sealed record ModelPredictions(
    WeightsOrigin Weights, string Fingerprint, Precision Precision, IReadOnlyList<Prediction> Predictions);

/// <summary>Milliseconds.</summary>
/// <param name="DecodeMs">Decoding and resizing, the wait for the decoder included.</param>
/// <param name="PredictMs">Until the last model had finished.</param>
/// <param name="TotalMs">The whole request.</param>
public sealed record PredictionsTimes(double DecodeMs, double PredictMs, double TotalMs);
