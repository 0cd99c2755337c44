using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Pipeline.Comparison;
using Pipeline.Drawing;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Imaging;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Functions.Endpoints;

public sealed class Compare(
    ModelSessions sessions, ServedModels models, ImageDecoder decoder, PairComparison comparison, StoredImages stored)
{
    private const string StoredCall = "GET /api/compare?a=NAME&b=NAME";

    /// <summary>How alike the two images of a form are to each model.</summary>
    [Operation("Study")]
    [FormBody("a", "b")]
    [Parses(typeof(CompareQuery))]
    [Problems(ProblemTypes.NoFloat32Model)]
    [Function(nameof(Compare))]
    public async Task<Results<Ok<CompareResponse>, PngResult>> UploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "compare")] HttpRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var query = CompareQuery.Parse(request, sessions, (await models.GetAsync(cancellationToken)).Serving);
        ReadOnlyMemory<byte>[] images = await Uploads.ReadFormAsync(request, ["a", "b"], [], decoder.Limits, cancellationToken);
        (EncodedImage a, EncodedImage b) = (new(images[0], "a"), new(images[1], "b"));
        ComparedPair pair = await comparison.CompareAsync(a, b, query.Layers, cancellationToken);
        return query.IsPng
            ? await DrawAsync(pair, a with { Name = "sent" }, b with { Name = "sent" }, cancellationToken)
            : Respond(pair, null, null, start);
    }

    /// <summary>How alike two stored images are to each model.</summary>
    [Operation("Study")]
    [ReadsImages]
    [Query("a", "The name of the first image.", Required = true)]
    [Query("b", "The name of the second image.", Required = true)]
    [Parses(typeof(CompareQuery))]
    [Problems(ProblemTypes.NoFloat32Model)]
    [Function("CompareStored")]
    public async Task<Results<Ok<CompareResponse>, PngResult>> StoredAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "compare")] HttpRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        request.HttpContext.Response.Headers.Vary = HeaderNames.Accept;
        var query = CompareQuery.Parse(request, sessions, (await models.GetAsync(cancellationToken)).Serving);
        var nameOfA = StoredName.FromQuery(request.Query, "a", StoredCall);
        var nameOfB = StoredName.FromQuery(request.Query, "b", StoredCall);
        StoredPair? known = query.IsSearch ? await FindAsync(nameOfA, nameOfB, query.Layers, cancellationToken) : null;
        if (known is not null && !query.IsPng)
        {
            return Respond(known.Pair, nameOfA.Written, nameOfB.Written, start);
        }

        DownloadedImage a = await stored.DownloadAsync(nameOfA, cancellationToken);
        DownloadedImage b = await stored.DownloadAsync(nameOfB, cancellationToken);

        // What is stored counts only for the versions that were just read.
        ComparedPair pair = known is not null && (known.ETagOfA, known.ETagOfB) == (a.ETag, b.ETag)
            ? known.Pair
            : await comparison.CompareAsync(a.Encoded, b.Encoded, query.Layers, cancellationToken);
        return query.IsPng
            ? await DrawAsync(pair, a.Encoded, b.Encoded, cancellationToken)
            : Respond(pair, a.Name, b.Name, start);
    }

    /// <summary>The pair by the embeddings that are stored of both; null where some are missing.</summary>
    private async Task<StoredPair?> FindAsync(
        StoredName a, StoredName b, IReadOnlyList<ComparedLayer> layers, CancellationToken cancellationToken)
    {
        InstalledModel[] serving = [.. layers.Select(layer => layer.Model)];
        IReadOnlyDictionary<string, EmbeddingRecord> first = await stored.FindRecordsAsync(a, serving, cancellationToken);
        IReadOnlyDictionary<string, EmbeddingRecord> second = await stored.FindRecordsAsync(b, serving, cancellationToken);
        return PairComparison.FindStored(first, second, layers) is { } pair
            ? new StoredPair(pair, first.Values.First().ImageETag, second.Values.First().ImageETag)
            : null;
    }

    private async Task<PngResult> DrawAsync(ComparedPair pair, EncodedImage a, EncodedImage b, CancellationToken cancellationToken)
    {
        RgbImage sheet = await PairSheet.DrawAsync(decoder, a, b, pair, cancellationToken);
        return new PngResult(ImageEncoder.ToPng(sheet), pair.Cosines.Select(cosine => cosine.Layer.Model));
    }

    private static Ok<CompareResponse> Respond(ComparedPair pair, string? nameOfA, string? nameOfB, long start) =>
        TypedResults.Ok(new CompareResponse(
            new ImageInfo(nameOfA, pair.A.Width, pair.A.Height, pair.A.ContentHash),
            new ImageInfo(nameOfB, pair.B.Width, pair.B.Height, pair.B.ContentHash),
            pair.Cosines.ToDictionary(cosine => cosine.Layer.Model.Key, cosine => cosine.ToContract()),
            new CompareTimes(
                pair.Decoding.TotalMilliseconds, pair.Embedding.TotalMilliseconds, Stopwatch.GetElapsedTime(start).TotalMilliseconds)));

    private sealed record StoredPair(ComparedPair Pair, string ETagOfA, string ETagOfB);
}

/// <summary>The parameters of a comparison.</summary>
/// <param name="Layers">What to compare by.</param>
/// <param name="IsSearch">Whether that is what search compares by, so that stored embeddings are good for it.</param>
/// <param name="IsPng">Whether the response is a PNG, and not JSON.</param>
[Query("layers", "`MODEL:LAYER`, separated by commas, each model at most once; left out for the layers of search.")]
[FormatQuery("png")]
internal sealed record CompareQuery(IReadOnlyList<ComparedLayer> Layers, bool IsSearch, bool IsPng)
{
    /// <exception cref="ApiProblemException">A parameter is not allowed, or a model is not there in float32.</exception>
    public static CompareQuery Parse(HttpRequest request, ModelSessions sessions, IReadOnlyList<InstalledModel> serving)
    {
        bool isPng = QueryParameters.IsFormat(request, "png", PngResult.ContentType);
        return request.Query.TryGetValue("layers", out StringValues layers)
            ? new CompareQuery(ParseLayers(layers.ToString(), sessions), IsSearch: false, isPng)
            : new CompareQuery(ComparedLayer.OfSearch(serving), IsSearch: true, isPng);
    }

    private static IReadOnlyList<ComparedLayer> ParseLayers(string text, ModelSessions sessions)
    {
        try
        {
            return ComparedLayer.Parse(text, sessions);
        }
        catch (InvalidLayersException invalid)
        {
            throw invalid.Kind == LayerFaultKind.NoFloat32Model
                ? Problems.NoFloat32Model(invalid.Message)
                : Problems.InvalidParameter($"layers={text} is not allowed: {invalid.Message}");
        }
    }
}
