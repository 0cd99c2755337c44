using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>Answers what models take an image for.</summary>
public sealed class ImagePredictions(ModelSessions sessions, ImageDecoder decoder, Predictor predictor, StoredImages stored)
{
    public async Task<IResult> OfUploadedAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        (PredictionsQuery? query, IResult? problem) = PredictionsQuery.Parse(request.Query, sessions.Models);
        if (query is null)
        {
            return problem!;
        }

        (ReadOnlyMemory<byte> bytes, problem) = await UploadedImage.ReadAsync(request, decoder.Limits, cancellationToken);
        return problem ?? await AnswerAsync(query, null, bytes, start, cancellationToken);
    }

    public async Task<IResult> OfStoredAsync(HttpRequest request, string? name, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        (PredictionsQuery? query, IResult? problem) = PredictionsQuery.Parse(request.Query, sessions.Models);
        if (query is null)
        {
            return problem!;
        }

        (NamedImage? image, problem) = await stored.DownloadAsync(name, "GET /api/predictions/NAME", cancellationToken);
        return problem ?? await AnswerAsync(query, image!.Name, image.Bytes, start, cancellationToken);
    }

    private async Task<IResult> AnswerAsync(
        PredictionsQuery query, string? name, ReadOnlyMemory<byte> encoded, long start, CancellationToken cancellationToken)
    {
        IEnumerable<InputForm> forms = query.Models.Select(model => model.Definition.InputForm);
        ModelInputs inputs;
        try
        {
            inputs = await ModelInputs.DecodeAsync(decoder, encoded, forms, cancellationToken);
        }
        catch (InvalidImageException invalid)
        {
            return Problems.Rejected(invalid.Rejection, name);
        }

        long predictStart = Stopwatch.GetTimestamp();
        IReadOnlyDictionary<string, IReadOnlyList<Prediction>> predictions =
            await predictor.PredictAsync(inputs, query.Models, query.Top, cancellationToken);
        var took = new PredictionsTook(
            inputs.Decoding.TotalMilliseconds,
            Stopwatch.GetElapsedTime(predictStart).TotalMilliseconds,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return TypedResults.Ok(new PredictionsAnswer(
            new QueryPart(name, inputs.Width, inputs.Height, inputs.ContentHash),
            sessions.Classes is not null,
            query.Models.ToDictionary(
                model => model.Key,
                model => new ModelPredictions(
                    model.Weights.ToJsonName(), model.Fingerprint.ToString(), model.Precision.ToJsonName(), predictions[model.Key])),
            took));
    }
}
