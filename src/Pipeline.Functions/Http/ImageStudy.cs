using Microsoft.AspNetCore.Http;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Study;
using Pipeline.Study.Reporting;

namespace Pipeline.Functions.Http;

/// <summary>
/// Answers with the study of images. One at a time: it runs both networks a hundred times, and several at once would only take longer, and
/// memory from the rest of the app.
/// </summary>
public sealed class ImageStudy(ModelSessions sessions, ImageDecoder decoder, StudyRun study) : IDisposable
{
    private static readonly string[] Fields = ["a", "b", "c"];

    private readonly SemaphoreSlim _turn = new(1);

    public async Task<IResult> OfUploadedAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        (StudyQuery? query, IResult? problem) = StudyQuery.Parse(request);
        if (query is null)
        {
            return problem!;
        }

        if (StudyRun.FaultOf(sessions) is { } fault)
        {
            return Problems.NoFloat32Model(fault);
        }

        // Before the images are read, so that those who wait take no memory.
        if (!await _turn.WaitAsync(0, cancellationToken))
        {
            return Problems.StudyUnderWay();
        }

        try
        {
            return await AnswerAsync(query, request, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<IResult> AnswerAsync(StudyQuery query, HttpRequest request, CancellationToken cancellationToken)
    {
        (IReadOnlyList<ReadOnlyMemory<byte>>? images, IResult? problem) =
            await UploadedImages.ReadAsync(request, Fields[..1], Fields[1..], decoder.Limits, cancellationToken);
        if (images is null)
        {
            return problem!;
        }

        if (images[1].IsEmpty && !images[2].IsEmpty)
        {
            return Problems.NotMultipartImage(
                "The form has the field 'c' but not 'b'. 'b' is another object of the kind of 'a', and 'c' something else: " +
                "send 'b' too, or only 'a'.");
        }

        var asked = new StudyRequest
        {
            Pictures = [.. Fields.Zip(images, (field, image) => new StudyPicture(field, image)).Where(picture => !picture.Encoded.IsEmpty)],
            Augmentations = query.Augmentations,
            Seed = query.Seed,
        };
        (StudyResult? result, StudyRejection? rejection) = await study.RunAsync(asked, progress: null, cancellationToken);
        return result is null ? Problems.Rejected(rejection!.Rejection, rejection.Picture.Name)
            : query.IsReport ? new HtmlAnswer(StudyReport.Write(result), StudyReport.ContentSecurityPolicy)
            : TypedResults.Bytes(StudyJson.Write(result), "application/json; charset=utf-8");
    }
}
