using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Functions.Endpoints;

public sealed class Predict(ModelSessions sessions, ImageDecoder decoder, Predictor predictor, StoredImages stored)
{
    /// <summary>The most probable classes of the image in the body, by each model.</summary>
    [Operation("Study")]
    [ImageBody]
    [Parses(typeof(PredictionsQuery))]
    [Problems(ProblemTypes.NoPredictions)]
    [Function(nameof(Predict))]
    public async Task<Ok<PredictionsResponse>> UploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "predictions")] HttpRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var query = PredictionsQuery.Parse(request.Query, sessions.Models);
        ReadOnlyMemory<byte> bytes = await Uploads.ReadImageAsync(request, decoder.Limits, cancellationToken);
        return await PredictAsync(query, bytes, start, cancellationToken);
    }

    /// <summary>The most probable classes of a stored image, by each model.</summary>
    [Operation("Study")]
    [ReadsImages]
    [Parses(typeof(PredictionsQuery))]
    [Problems(ProblemTypes.NoPredictions)]
    [Function("PredictStored")]
    public async Task<Ok<PredictionsResponse>> StoredAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "predictions/{*name}")] HttpRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var query = PredictionsQuery.Parse(request.Query, sessions.Models);
        var name = StoredName.FromPath(request, "GET /api/predictions/NAME");
        DownloadedImage image = await stored.DownloadAsync(name, cancellationToken);
        return await PredictAsync(query, image.Encoded, start, cancellationToken);
    }

    private async Task<Ok<PredictionsResponse>> PredictAsync(
        PredictionsQuery query, EncodedImage image, long start, CancellationToken cancellationToken)
    {
        IEnumerable<InputForm> forms = query.Models.Select(model => model.Definition.InputForm);
        ModelInputs inputs = await ModelInputs.DecodeAsync(decoder, image, forms, cancellationToken);
        long predictStart = Stopwatch.GetTimestamp();
        IReadOnlyDictionary<string, IReadOnlyList<Prediction>> predictions =
            await predictor.PredictAsync(inputs, query.Models, query.Top, cancellationToken);
        TimeSpan predicting = Stopwatch.GetElapsedTime(predictStart);
        return TypedResults.Ok(new PredictionsResponse(
            new ImageInfo(image.Name, inputs.Width, inputs.Height, inputs.ContentHash),
            sessions.Classes is not null,
            query.Models.ToDictionary(
                model => model.Key,
                model => new ModelPredictions(model.Weights, model.Fingerprint.ToString(), model.Precision, predictions[model.Key])),
            new PredictionsTimes(
                inputs.Decoding.TotalMilliseconds, predicting.TotalMilliseconds, Stopwatch.GetElapsedTime(start).TotalMilliseconds)));
    }
}

/// <summary>The parameters of a call for predictions.</summary>
/// <param name="Top">Classes per model, 1 to 100; 5 if not given.</param>
/// <param name="Models">The models asked, each of which predicts; all that have classes if none is named.</param>
[TopQuery(PredictionsQuery.DefaultTop, "classes per model")]
[ModelQuery("all that have classes")]
internal sealed record PredictionsQuery(int Top, IReadOnlyList<InstalledModel> Models)
{
    public const int DefaultTop = 5;

    /// <exception cref="ApiProblemException">A parameter is not allowed, or a model does not predict.</exception>
    public static PredictionsQuery Parse(IQueryCollection query, IReadOnlyList<InstalledModel> installed)
    {
        int top = QueryParameters.Top(query, DefaultTop);
        IReadOnlyList<InstalledModel> models =
            QueryParameters.Model(query, installed, "all that have classes") is { } named ? [named] : Predictor.Default(installed);
        return Predictor.FaultOf(models) is { } fault ? throw Problems.NoPredictions(fault) : new PredictionsQuery(top, models);
    }
}
