using Microsoft.AspNetCore.Http;
using Pipeline.Imaging;

namespace Pipeline.Functions.Http;

/// <summary>Every error answer: RFC 9457 problem details, whose <c>type</c> is stable and whose <c>detail</c> says what is allowed.</summary>
internal static class Problems
{
    public static IResult InvalidParameter(string detail) => Problem(400, "invalid-parameter", "A parameter is not valid", detail);

    public static IResult NotMultipartImage(string detail) => Problem(400, "missing-image", "The form lacks an image", detail);

    public static IResult UnknownImage(string name) =>
        Problem(404, "unknown-image", "No such image", $"No image here is named '{name}'. GET /api/images lists them all.");

    public static IResult NotYetIndexed(string name, string model) => Problem(
        404, "not-indexed", "The image is not indexed by this model", $"'{name}' has no embedding by {model} yet. GET /api/images tells its state.");

    public static IResult UnsupportedContentType(string? contentType) => UnsupportedContentType(
        contentType,
        "Send the image's bytes as image/* or application/octet-stream, or a multipart/form-data form with the field 'image'.");

    public static IResult NotForm(string? contentType, IReadOnlyList<string> fields) => UnsupportedContentType(
        contentType,
        $"Send a multipart/form-data form with {(fields.Count == 1 ? "the field" : "the fields")} {Quoted(fields)}, each an image's bytes.");

    public static IResult NoPredictions(string detail) => Problem(409, "no-predictions", "A model does not predict", detail);

    public static IResult NoFloat32Model(string detail) => Problem(409, "no-float32-model", "A model is not there in float32", detail);

    /// <param name="rejection">Why the image was refused.</param>
    /// <param name="name">Which image, where that is not plain: its name or its field.</param>
    public static IResult Rejected(ImageRejection rejection, string? name) =>
        Rejected(name is null ? rejection : rejection with { Detail = $"'{name}': {rejection.Detail}" });

    public static IResult Rejected(ImageRejection rejection) => rejection.Fault switch
    {
        ImageFault.Empty => Problem(400, "empty-image", "There is no image", rejection.Detail),
        ImageFault.TooManyBytes => Problem(413, "image-too-large", "The image has too many bytes", rejection.Detail),
        ImageFault.UnsupportedFormat => Problem(415, "unsupported-format", "The bytes are no image of a supported format", rejection.Detail),
        ImageFault.TooManyPixels => Problem(422, "too-many-pixels", "The image has too many pixels", rejection.Detail),
        ImageFault.Damaged => Problem(422, "damaged-image", "The image is damaged", rejection.Detail),
        _ => throw new ArgumentOutOfRangeException(nameof(rejection), rejection.Fault, "Unknown fault."),
    };

    public static IResult StorageUnavailable() => new RetryAfter(5, Problem(
        503, "storage-unavailable", "Storage cannot be reached", "The storage account does not answer at the moment. Try again later."));

    public static IResult StorageDenied() => Problem(
        503,
        "storage-denied",
        "Storage refuses the app",
        "The storage account refuses the app's identity. Give it the roles that docs/operations.md lists, or correct ImagesStorage; a new role takes some minutes to count.");

    /// <param name="status">What the server found: 413 for a body that is too long, 408 for one that is too slow, else 400.</param>
    public static IResult BadRequest(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => Problem(
            413,
            "image-too-large",
            "The image has too many bytes",
            $"The body has more than {RequestLimits.MaxBodyBytes / (1024 * 1024)} MB, which is the most that is read. Send only the images, each up to its limit."),
        StatusCodes.Status408RequestTimeout => Problem(
            408, "request-timeout", "The body is too slow", "The body arrives too slowly, or stopped arriving. Send it again."),
        _ => Problem(400, "malformed-request", "The request cannot be read", "The body breaks off or is not framed as HTTP wants it. Send it again."),
    };

    public static IResult InternalError() => Problem(
        500, "internal-error", "The app failed", "An error in the app, or one that it does not know. Its log has the details; try again later.");

    public static IResult StudyUnderWay() => new RetryAfter(30, Problem(
        503, "study-under-way", "A study is under way", "This instance runs one study at a time, and one is under way. Try again in a minute."));

    public static IResult Problem(int status, string kind, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title, type: $"urn:pipeline:problem:{kind}");

    /// <summary>Names for a sentence: 'a' and 'b'.</summary>
    public static string Quoted(IReadOnlyList<string> names) => string.Join(" and ", names.Select(name => $"'{name}'"));

    private static IResult UnsupportedContentType(string? contentType, string allowed) => Problem(
        415,
        "unsupported-content-type",
        "The content type is not supported",
        $"The request's content type is {(contentType is null ? "missing" : $"'{contentType}'")}. {allowed}");

    private sealed class RetryAfter(int seconds, IResult inner) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return inner.ExecuteAsync(httpContext);
        }
    }
}
