using Microsoft.AspNetCore.Http;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>
/// Every error response: RFC 9457 problem details, whose <c>type</c> is stable and whose <c>detail</c> says what is allowed.
/// </summary>
internal static class Problems
{
    public static ApiProblemException InvalidParameter(string detail) =>
        Problem(ProblemTypes.InvalidParameter, "A parameter is not valid", detail);

    public static ApiProblemException InvalidTag(string detail) => Problem(ProblemTypes.InvalidTag, "A tag is not allowed", detail);

    public static ApiProblemException NotJson(string? contentType, string example) =>
        UnsupportedContentType(contentType, $"Send application/json, such as {example}.");

    public static ApiProblemException MalformedBody(string reason, string example) => Problem(
        ProblemTypes.MalformedRequest, "The request cannot be read", $"The body is no JSON such as {example}. {reason}");

    public static ApiProblemException InvalidLink(string detail) =>
        Problem(ProblemTypes.InvalidLink, "A link is not allowed", detail);

    public static ApiProblemException NoBrowser(string detail) => Problem(ProblemTypes.NoBrowser, "There is no browser", detail);

    public static ApiProblemException UnknownLink(string id) => Problem(
        ProblemTypes.UnknownLink, "No such link", $"No link has the id '{id}'. GET /api/links lists them all.");

    public static ApiProblemException ImageExists(string name) => Problem(
        ProblemTypes.ImageExists,
        "There is an image of that name",
        $"An image is named '{name}' already. Send no If-None-Match to replace it, or choose another name.");

    public static ApiProblemException NotMultipartImage(string detail) =>
        Problem(ProblemTypes.MissingImage, "The form lacks an image", detail);

    public static ApiProblemException UnknownImage(string name) => Problem(
        ProblemTypes.UnknownImage, "No such image", $"No image here is named '{name}'. GET /api/images lists them all.");

    public static ApiProblemException NotYetIndexed(string name, IReadOnlyList<InstalledModel> models) => Problem(
        ProblemTypes.NotIndexed,
        "The image is not indexed",
        $"'{name}' has no embedding by {string.Join(" or ", models.Select(model => model.Key))}. GET /api/images shows its state.");

    public static ApiProblemException UnknownAddress(string path) => Problem(
        ProblemTypes.UnknownAddress, "No such address", $"'{path}' is no address of this API. docs/api.md lists them all.");

    public static ApiProblemException MethodNotAllowed(string method, string path, IReadOnlyList<string> allowed) => Problem(
        ProblemTypes.MethodNotAllowed,
        "The address takes another method",
        $"'{path}' does not take {method}: send {string.Join(" or ", allowed)}.");

    public static ApiProblemException UnsupportedContentType(string? contentType) => UnsupportedContentType(
        contentType,
        "Send the image's bytes as image/* or application/octet-stream, or a multipart/form-data form with the field 'image'.");

    public static ApiProblemException NotForm(string? contentType, IReadOnlyList<string> fields) => UnsupportedContentType(
        contentType,
        $"Send a multipart/form-data form with {(fields.Count == 1 ? "the field" : "the fields")} {Quoted(fields)}, " +
        "each an image's bytes.");

    public static ApiProblemException NoPredictions(string detail) =>
        Problem(ProblemTypes.NoPredictions, "A model does not predict", detail);

    public static ApiProblemException NoFloat32Model(string detail) =>
        Problem(ProblemTypes.NoFloat32Model, "A model is not there in float32", detail);

    public static ApiProblemException InvalidImage(InvalidImageException invalid) => invalid.Rejection.Fault switch
    {
        ImageFault.Empty => Problem(ProblemTypes.EmptyImage, "There is no image", invalid.Message),
        ImageFault.TooManyBytes => Problem(ProblemTypes.ImageTooLarge, "The image has too many bytes", invalid.Message),
        ImageFault.UnsupportedFormat =>
            Problem(ProblemTypes.UnsupportedFormat, "The image is of a kind that is not supported", invalid.Message),
        ImageFault.TooManyPixels => Problem(ProblemTypes.TooManyPixels, "The image has too many pixels", invalid.Message),
        ImageFault.Unreadable => Problem(ProblemTypes.UnreadableImage, "Storage does not hand out the image", invalid.Message),
        ImageFault.Damaged => Problem(ProblemTypes.DamagedImage, "The image is damaged", invalid.Message),
        _ => throw new ArgumentOutOfRangeException(nameof(invalid), invalid.Rejection.Fault, "Unknown fault."),
    };

    /// <param name="what">What does not answer, such as <c>the storage account</c>.</param>
    public static ApiProblemException StorageUnavailable(string what) => Problem(
        ProblemTypes.StorageUnavailable,
        "Storage cannot be reached",
        $"{char.ToUpperInvariant(what[0])}{what[1..]} does not answer at the moment. Try again later.",
        retryAfter: 5);

    public static ApiProblemException DatabaseDenied() => Problem(
        ProblemTypes.StorageDenied,
        "The database refuses the app",
        "The database of the embeddings refuses the app's role. Grant it the rights that docs/scaling.md lists, or correct ImagesDatabase.");

    public static ApiProblemException StorageDenied() => Problem(
        ProblemTypes.StorageDenied,
        "Storage refuses the app",
        "The storage account refuses the app's identity. Give it the roles that docs/operations.md lists, or correct ImagesStorage; " +
        "a new role takes some minutes to count.");

    /// <param name="status">What the server found: 413 for a body that is too long, 408 for one that is too slow, else 400.</param>
    public static ApiProblemException BadRequest(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => Problem(
            ProblemTypes.ImageTooLarge,
            "The image has too many bytes",
            $"The body has more than {RequestLimits.MaxBodyBytes / (1024 * 1024)} MB, which is the most that is read. " +
            "Send only the images, each up to its limit."),
        StatusCodes.Status408RequestTimeout => Problem(
            ProblemTypes.RequestTimeout, "The body is too slow", "The body arrives too slowly, or stopped arriving. Send it again."),
        _ => Problem(
            ProblemTypes.MalformedRequest,
            "The request cannot be read",
            "The body breaks off or is not framed as HTTP wants it. Send it again."),
    };

    public static ApiProblemException InternalError() => Problem(
        ProblemTypes.InternalError,
        "The app failed",
        "An error in the app, or one that it does not know. Its log has the details; try again later.");

    public static ApiProblemException StudyUnderWay() => Problem(
        ProblemTypes.StudyUnderWay,
        "A study is under way",
        "This instance runs one study at a time, and one is under way. Try again in a minute.",
        retryAfter: 30);

    public static ApiProblemException DuplicatesUnderWay() => Problem(
        ProblemTypes.DuplicatesUnderWay,
        "A search for duplicates is under way",
        "This instance searches for duplicates once at a time, and a search is under way. Try again in a minute.",
        retryAfter: 15);

    public static ApiProblemException NotWithDatabase() => Problem(
        ProblemTypes.NotWithDatabase,
        "Not with a database",
        "Duplicates are found among images in memory, and this app keeps its embeddings in a database (the setting ImagesDatabase). Ask " +
        "GET /api/similar/NAME with minCosine for one image after the other.");

    /// <summary>Names for a sentence: 'a' and 'b'.</summary>
    public static string Quoted(IReadOnlyList<string> names) => string.Join(" and ", names.Select(name => $"'{name}'"));

    private static ApiProblemException UnsupportedContentType(string? contentType, string allowed) => Problem(
        ProblemTypes.UnsupportedContentType,
        "The content type is not supported",
        $"The request's content type is {(contentType is null ? "missing" : $"'{contentType}'")}. {allowed}");

    private static ApiProblemException Problem(string type, string title, string detail, int? retryAfter = null) =>
        new(TypedResults.Problem(detail, statusCode: ProblemStatus.ByType[type], title: title, type: type), retryAfter);
}
