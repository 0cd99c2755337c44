using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Pipeline.Comparison.Explanation;
using Pipeline.Drawing;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Imaging;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Search;

namespace Pipeline.Functions.Endpoints;

public sealed class Explain(ServedModels models, ImageDecoder decoder, PairExplanation explanation, StoredImages stored)
{
    private const string Call = "GET /api/explain?a=NAME&b=NAME";

    /// <summary>Where the similarity of two stored images comes from, by one model.</summary>
    [Operation("Study")]
    [ReadsImages]
    [Query("a", "The name of the first image.", Required = true)]
    [Query("b", "The name of the second image.", Required = true)]
    [Parses(typeof(ExplainQuery))]
    [Function(nameof(Explain))]
    public async Task<Results<Ok<ExplainResponse>, PngResult>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "explain")] HttpRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        request.HttpContext.Response.Headers.Vary = HeaderNames.Accept;
        var query = ExplainQuery.Parse(request, (await models.GetAsync(cancellationToken)).Serving);
        var nameOfA = StoredName.FromQuery(request.Query, "a", Call);
        var nameOfB = StoredName.FromQuery(request.Query, "b", Call);
        DownloadedImage a = await stored.DownloadAsync(nameOfA, cancellationToken);
        DownloadedImage b = await stored.DownloadAsync(nameOfB, cancellationToken);
        ExplainedPair pair = await explanation.ExplainAsync(a.Encoded, b.Encoded, query.Model, cancellationToken);
        if (!query.IsPng)
        {
            return Respond(pair, a.Name, b.Name, start);
        }

        RgbImage drawing = query.Side switch
        {
            ExplainedSideName.A => await ExplanationSheet.DrawSideAsync(decoder, a.Encoded, pair.A, pair, cancellationToken),
            ExplainedSideName.B => await ExplanationSheet.DrawSideAsync(decoder, b.Encoded, pair.B, pair, cancellationToken),
            _ => await ExplanationSheet.DrawAsync(decoder, a.Encoded, b.Encoded, pair, cancellationToken),
        };
        return new PngResult(ImageEncoder.ToPng(drawing), [query.Model]);
    }

    private static Ok<ExplainResponse> Respond(ExplainedPair pair, string nameOfA, string nameOfB, long start) =>
        TypedResults.Ok(new ExplainResponse(
            pair.Model.Key,
            pair.Model.Weights,
            pair.Model.Fingerprint.ToString(),
            pair.Model.Precision,
            pair.Layer,
            pair.Method,
            pair.Cosine,
            ToContract(pair.A, nameOfA),
            ToContract(pair.B, nameOfB),
            new ExplainTimes(
                pair.Decoding.TotalMilliseconds, pair.Running.TotalMilliseconds, Stopwatch.GetElapsedTime(start).TotalMilliseconds)));

    private static ExplainedSide ToContract(ExplainedImage side, string name) => new(
        new ImageInfo(name, side.Image.Width, side.Image.Height, side.Image.ContentHash),
        side.Map.Rows,
        side.Map.Columns,
        [.. side.Map.Values.ToArray().Chunk(side.Map.Columns)],
        side.Map.Min,
        side.Map.Max);
}

/// <summary>One of the two images that are explained.</summary>
internal enum ExplainedSideName
{
    /// <summary>The first.</summary>
    A,

    /// <summary>The second.</summary>
    B,
}

/// <summary>The parameters of an explanation.</summary>
/// <param name="Model">The model; if none is named the first that votes for the fused list, of those that can explain.</param>
/// <param name="IsPng">Whether the response is a PNG, and not JSON.</param>
/// <param name="Side">Which image is drawn alone; null for both side by side.</param>
[ModelQuery("the first that votes for the fused list, of those that have feature maps")]
[FormatQuery("png")]
[Query("side", "With `png`: draws this image alone; left out for both side by side.", Values = ["a", "b"])]
internal sealed record ExplainQuery(InstalledModel Model, bool IsPng, ExplainedSideName? Side)
{
    /// <exception cref="ApiProblemException">A parameter is not allowed, or the model cannot explain.</exception>
    public static ExplainQuery Parse(HttpRequest request, IReadOnlyList<InstalledModel> serving)
    {
        bool isPng = QueryParameters.IsFormat(request, "png", PngResult.ContentType);
        return new ExplainQuery(ModelOf(request.Query, serving), isPng, SideOf(request.Query, isPng));
    }

    private static InstalledModel ModelOf(IQueryCollection query, IReadOnlyList<InstalledModel> serving)
    {
        InstalledModel[] able = [.. FusionVotes.Of(serving).Concat(serving).Distinct().Where(PairExplanation.CanExplain)];
        InstalledModel? first = able.FirstOrDefault();
        if (QueryParameters.Model(query, serving, first?.Key ?? "the first that can explain") is { } named)
        {
            return PairExplanation.CanExplain(named) ? named : throw Problems.InvalidParameter(
                $"model={named.Key} is not allowed: {named.Definition.Title} has no maps whose positions could be compared. {Advice(able)}");
        }

        return first ?? throw Problems.InvalidParameter(
            $"No model that this app runs has maps whose positions could be compared. {Advice(able)}");
    }

    private static string Advice(InstalledModel[] able) => able.Length > 0
        ? $"Leave model out for {able[0].Key}, or name one that has: {string.Join(", ", able.Select(model => model.Key))}."
        : "Those that come with the product have them; ./pipeline models pull installs them.";

    private static ExplainedSideName? SideOf(IQueryCollection query, bool isPng)
    {
        if (!query.TryGetValue("side", out StringValues text))
        {
            return null;
        }

        ExplainedSideName? side = text.ToString() switch { "a" => ExplainedSideName.A, "b" => ExplainedSideName.B, _ => null };
        return side is null
            ? throw Problems.InvalidParameter($"side={text} is not allowed: side is a or b, or left out for both side by side.")
            : isPng ? side
            : throw Problems.InvalidParameter("side chooses what is drawn, and JSON has both: leave it out, or ask for format=png.");
    }
}
