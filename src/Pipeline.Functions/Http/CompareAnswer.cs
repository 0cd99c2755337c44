using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>The answer of /compare.</summary>
internal sealed record CompareAnswer(QueryPart A, QueryPart B, IReadOnlyDictionary<string, ModelCosine> Models, CompareTook Took);

/// <summary>One model's judgement: Layer is the output compared, Resampling how the images got to the model's input size.</summary>
internal sealed record ModelCosine(
    string Weights, string Fingerprint, string Precision, string Layer, string Resampling, float Cosine);

/// <summary>Where the time went, in milliseconds; decoding and embedding are 0 where stored embeddings were compared.</summary>
internal sealed record CompareTook(double DecodeMs, double EmbedMs, double TotalMs);
