using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Study;
using Pipeline.Study.Reporting;

namespace Pipeline.Functions.Endpoints;

public sealed class RunStudy(ModelSessions sessions, ImageDecoder decoder, StudyRun study, StudyTurn turn)
{
    /// <summary>The study on the images of a form: classes, cosines, variants, distortions, as JSON or as a report for people.</summary>
    [Operation("Study")]
    [FormBody("a", Optional = ["b", "c"])]
    [Parses(typeof(StudyQuery))]
    [Responds(200, "The study.", Json = typeof(StudyResult), Media = ["text/html"])]
    [Problems(ProblemTypes.NoFloat32Model, ProblemTypes.StudyUnderWay)]
    [Function(nameof(RunStudy))]
    public async Task<Results<FileContentHttpResult, HtmlResult>> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "study")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var query = StudyQuery.Parse(request);
        if (sessions.Float32Fault is { } fault)
        {
            throw Problems.NoFloat32Model(fault);
        }

        // Before the images are read, so that those who wait take no memory.
        if (!await turn.WaitAsync(0, cancellationToken))
        {
            throw Problems.StudyUnderWay();
        }

        try
        {
            StudyResult result = await study.RunAsync(
                await ReadRequestAsync(query, request, cancellationToken), progress: null, cancellationToken);
            return query.IsReport
                ? new HtmlResult(StudyReport.Write(result), StudyReport.ContentSecurityPolicy)
                : TypedResults.Bytes(StudyJson.Write(result), "application/json; charset=utf-8");
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<StudyRequest> ReadRequestAsync(StudyQuery query, HttpRequest request, CancellationToken cancellationToken)
    {
        string[] fields = ["a", "b", "c"];
        ReadOnlyMemory<byte>[] images = await Uploads.ReadFormAsync(
            request, fields[..1], fields[1..], decoder.Limits, cancellationToken);
        if (images[1].IsEmpty && !images[2].IsEmpty)
        {
            throw Problems.NotMultipartImage(
                "The form has the field 'c' but not 'b'. 'b' is another object of the kind of 'a', and 'c' something else: " +
                "send 'b' too, or only 'a'.");
        }

        return new StudyRequest
        {
            Images = [.. fields.Zip(images, (field, image) => new StudyImage(field, image)).Where(image => !image.Encoded.IsEmpty)],
            Augmentations = query.Augmentations,
            Seed = query.Seed,
        };
    }
}

/// <summary>
/// One study at a time on an instance, which is why this is a singleton: a study runs all models a hundred times, and several at once
/// would only take longer, and memory from the rest of the app.
/// </summary>
public sealed class StudyTurn() : SemaphoreSlim(1);

/// <summary>The parameters of a study.</summary>
/// <param name="Augmentations">Variants of <c>a</c> to draw, 0 to 50; 10 if not given.</param>
/// <param name="Seed">Which series of variants; 1 if not given.</param>
/// <param name="IsReport">Whether the response is a report for people, and not JSON.</param>
[Query("n", "How many variants of `a`.", Type = typeof(int), Default = 10, Min = 0, Max = StudyRequest.MaxAugmentations)]
[Query("seed", "The same seed gives the same variants.", Type = typeof(int), Default = 1, Min = 0, Max = int.MaxValue)]
[FormatQuery("html")]
internal sealed record StudyQuery(int Augmentations, int Seed, bool IsReport)
{
    private static readonly StudyRequest Default = new() { Images = [] };

    /// <exception cref="ApiProblemException">A parameter is not allowed.</exception>
    public static StudyQuery Parse(HttpRequest request) => new(
        QueryParameters.Number(request.Query, "n", Default.Augmentations, 0, StudyRequest.MaxAugmentations),
        QueryParameters.Number(request.Query, "seed", Default.Seed, 0, int.MaxValue),
        QueryParameters.IsFormat(request, "html", HtmlResult.ContentType));
}
