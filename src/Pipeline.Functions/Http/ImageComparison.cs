using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Pipeline.Comparison;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>Answers how alike two images are to each model.</summary>
public sealed class ImageComparison(ModelSessions sessions, ImageDecoder decoder, PairComparison comparison, StoredImages stored)
{
    private const string StoredCall = "GET /api/compare?a=NAME&b=NAME";
    private static readonly string[] Fields = ["a", "b"];

    public async Task<IResult> OfUploadedAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        (CompareQuery? query, IResult? problem) = CompareQuery.Parse(request, sessions);
        if (query is null)
        {
            return problem!;
        }

        (IReadOnlyList<ReadOnlyMemory<byte>>? images, problem) =
            await UploadedImages.ReadAsync(request, Fields, decoder.Limits, cancellationToken);
        return problem ?? await CompareAsync(query, new Side(null, images![0]), new Side(null, images[1]), start, cancellationToken);
    }

    public async Task<IResult> OfStoredAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        request.HttpContext.Response.Headers.Vary = HeaderNames.Accept;
        (CompareQuery? query, IResult? problem) = CompareQuery.Parse(request, sessions);
        if (query is null)
        {
            return problem!;
        }

        (StoredName? nameOfA, problem) = StoredName.FromQuery(request.Query, Fields[0], StoredCall);
        if (nameOfA is null)
        {
            return problem!;
        }

        (StoredName? nameOfB, problem) = StoredName.FromQuery(request.Query, Fields[1], StoredCall);
        if (nameOfB is null)
        {
            return problem!;
        }

        (ComparedPair? pair, string? etagOfA, string? etagOfB) =
            query.IsSearch ? await FindStoredAsync(query, nameOfA, nameOfB, cancellationToken) : default;
        if (pair is not null && !query.IsPicture)
        {
            return Json(pair, nameOfA.Written, nameOfB.Written, start);
        }

        (NamedImage? a, problem) = await stored.DownloadAsync(nameOfA, cancellationToken);
        if (a is null)
        {
            return problem!;
        }

        (NamedImage? b, problem) = await stored.DownloadAsync(nameOfB, cancellationToken);
        if (b is null)
        {
            return problem!;
        }

        (Side first, Side second) = (new Side(a.Name, a.Bytes), new Side(b.Name, b.Bytes));
        return pair is not null && etagOfA == a.ETag && etagOfB == b.ETag
            ? await PictureAsync(pair, first, second, cancellationToken)
            : await CompareAsync(query, first, second, start, cancellationToken);
    }

    /// <summary>The pair by what is stored of both, and which versions of them that is.</summary>
    private async Task<(ComparedPair? Pair, string? ETagOfA, string? ETagOfB)> FindStoredAsync(
        CompareQuery query, StoredName a, StoredName b, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, EmbeddingRecord> first = await stored.FindRecordsAsync(a, sessions.Models, cancellationToken);
        IReadOnlyDictionary<string, EmbeddingRecord> second = await stored.FindRecordsAsync(b, sessions.Models, cancellationToken);
        return PairComparison.FindStored(first, second, query.Layers) is { } pair
            ? (pair, first.Values.First().ImageETag, second.Values.First().ImageETag)
            : default;
    }

    private async Task<IResult> CompareAsync(CompareQuery query, Side a, Side b, long start, CancellationToken cancellationToken)
    {
        (ComparedPair? pair, PairRejection? rejected) = await comparison.CompareAsync(a.Bytes, b.Bytes, query.Layers, cancellationToken);
        if (pair is null)
        {
            (Side side, string field) = rejected!.IsFirst ? (a, Fields[0]) : (b, Fields[1]);
            return Problems.Rejected(rejected.Rejection, side.Name ?? field);
        }

        return query.IsPicture ? await PictureAsync(pair, a, b, cancellationToken) : Json(pair, a.Name, b.Name, start);
    }

    private async Task<PngAnswer> PictureAsync(ComparedPair pair, Side a, Side b, CancellationToken cancellationToken)
    {
        RgbImage sheet = await PairSheet.DrawAsync(
            decoder, (a.Name ?? "sent", a.Bytes), (b.Name ?? "sent", b.Bytes), pair, cancellationToken);
        return new PngAnswer(ImageEncoder.ToPng(sheet), pair.Cosines.Select(cosine => cosine.Layer.Model));
    }

    private static Ok<CompareAnswer> Json(ComparedPair pair, string? nameOfA, string? nameOfB, long start)
    {
        var took = new CompareTook(
            pair.Decoding.TotalMilliseconds, pair.Embedding.TotalMilliseconds, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return TypedResults.Ok(new CompareAnswer(
            Part(nameOfA, pair.A), Part(nameOfB, pair.B), pair.Cosines.ToDictionary(cosine => cosine.Layer.Model.Key, Part), took));
    }

    private static QueryPart Part(string? name, ComparedPicture picture) => new(name, picture.Width, picture.Height, picture.ContentHash);

    private static ModelCosine Part(LayerCosine cosine) => new(
        cosine.Layer.Model.Weights.ToJsonName(),
        cosine.Layer.Model.Fingerprint.ToString(),
        cosine.Layer.Model.Precision.ToJsonName(),
        cosine.Layer.Output,
        cosine.Layer.Resampling.ToJsonName(),
        cosine.Cosine);

    private readonly record struct Side(string? Name, ReadOnlyMemory<byte> Bytes);
}
