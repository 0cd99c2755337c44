using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>Turns a request for similar images into a search, and its outcome into an answer.</summary>
public sealed class SimilarImages(ModelSessions sessions, QueryEmbedder embedder, SimilaritySearch search, StoredImages stored)
{
    public async Task<IResult> ToUploadedAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        (SimilarQuery? query, IResult? invalid) = SimilarQuery.Parse(request.Query, sessions.Models);
        if (query is null)
        {
            return invalid!;
        }

        (ReadOnlyMemory<byte> bytes, IResult? unreadable) = await UploadedImage.ReadAsync(request, embedder.Limits, cancellationToken);
        if (unreadable is not null)
        {
            return unreadable;
        }

        QueryImage image;
        try
        {
            image = await embedder.EmbedAsync(bytes, query.Models, cancellationToken);
        }
        catch (InvalidImageException refused)
        {
            return Problems.Rejected(refused.Rejection);
        }

        var part = new QueryPart(null, image.Width, image.Height, image.ContentHash);
        return await AnswerAsync(query, part, image.Embeddings, null, start, image.Decoding, image.Embedding, cancellationToken);
    }

    public async Task<IResult> ToStoredAsync(HttpRequest request, string? name, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        (SimilarQuery? query, IResult? invalid) = SimilarQuery.Parse(request.Query, sessions.Models);
        if (query is null)
        {
            return invalid!;
        }

        (StoredName? written, invalid) = StoredName.FromPath(name, "GET /api/similar/NAME");
        if (written is null)
        {
            return invalid!;
        }

        IReadOnlyDictionary<string, EmbeddingRecord> records = await stored.FindRecordsAsync(written, query.Models, cancellationToken);
        if (records.Count == 0)
        {
            return query.Models.Count == sessions.Models.Count
                ? Problems.UnknownImage(written.Written)
                : Problems.NotYetIndexed(written.Written, query.Models[0].Key);
        }

        // The newest version speaks for the image; a model that still holds an older one is asked with what it has.
        EmbeddingRecord newest = records.Values.MaxBy(record => record.EmbeddedAt)!;
        var part = new QueryPart(newest.Id.Name, newest.Width, newest.Height, newest.ContentHash);
        var embeddings = records.ToDictionary(entry => entry.Key, entry => entry.Value.Embedding, StringComparer.Ordinal);
        string? excluded = query.IncludeSelf ? null : newest.Id.Key;
        return await AnswerAsync(query, part, embeddings, excluded, start, TimeSpan.Zero, TimeSpan.Zero, cancellationToken);
    }

    private async Task<IResult> AnswerAsync(
        SimilarQuery query,
        QueryPart part,
        IReadOnlyDictionary<string, Embedding> embeddings,
        string? excludedKey,
        long start,
        TimeSpan decoding,
        TimeSpan embedding,
        CancellationToken cancellationToken)
    {
        long searchStart = Stopwatch.GetTimestamp();
        SimilarityAnswer answer = await search.FindSimilarAsync(embeddings, query.Top, excludedKey, cancellationToken);
        TimeSpan searching = Stopwatch.GetElapsedTime(searchStart);
        bool IsDuplicate(EmbeddingRecord record) => record.ContentHash == part.ContentHash;
        var models = query.Models.ToDictionary(
            model => model.Key,
            model => new ModelPart(
                model.Weights.ToJsonName(),
                model.Fingerprint.ToString(),
                answer.Images.GetValueOrDefault(model.Key),
                [
                    .. answer.ByModel.GetValueOrDefault(model.Key, []).Select(
                        match => new SimilarResult(match.Record.Id.Name, match.Cosine, IsDuplicate(match.Record))),
                ]));
        FusedResult[] fused =
            [.. answer.Fused.Select(match => new FusedResult(match.Record.Id.Name, match.Score, match.Ranks, IsDuplicate(match.Record)))];
        var took = new TookPart(
            decoding.TotalMilliseconds,
            embedding.TotalMilliseconds,
            searching.TotalMilliseconds,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return TypedResults.Ok(new SimilarAnswer(part, models, fused, took));
    }
}
