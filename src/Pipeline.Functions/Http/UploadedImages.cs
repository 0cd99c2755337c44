using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Pipeline.Imaging;

namespace Pipeline.Functions.Http;

/// <summary>
/// The images in the fields of a form (multipart/form-data). Each is read into memory up to the limit, never to a file; so all of them
/// take at most the limit times the number of fields.
/// </summary>
internal static class UploadedImages
{
    private const int MaxFormSections = 16;

    /// <summary>Whether a request says that it brings a form.</summary>
    public static bool IsForm(HttpRequest request) => FormType(request) is not null;

    /// <summary>Reads the named fields, in any order; others are passed over, and of two with one name the first counts.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fields">The fields' names, each of which must be there; upper and lower case are the same.</param>
    /// <param name="limits">What is let in, for each image.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <returns>The images in the order of <paramref name="fields"/>, or the answer that says why there are none; exactly one of both.</returns>
    public static Task<(IReadOnlyList<ReadOnlyMemory<byte>>? Images, IResult? Problem)> ReadAsync(
        HttpRequest request, IReadOnlyList<string> fields, ImageLimits limits, CancellationToken cancellationToken) =>
        ReadAsync(request, fields, [], limits, cancellationToken);

    /// <summary>Reads fields that must be there, and others that may be.</summary>
    /// <param name="request">The request.</param>
    /// <param name="required">The names of those that must be there.</param>
    /// <param name="optional">The names of those that may be missing.</param>
    /// <param name="limits">What is let in, for each image.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <returns>
    /// The images in the order of the names, the required first; one that is missing is empty, and no other is. Or the answer that says why there
    /// are none; exactly one of both.
    /// </returns>
    public static async Task<(IReadOnlyList<ReadOnlyMemory<byte>>? Images, IResult? Problem)> ReadAsync(
        HttpRequest request,
        IReadOnlyList<string> required,
        IReadOnlyList<string> optional,
        ImageLimits limits,
        CancellationToken cancellationToken)
    {
        if (FormType(request) is not { } type)
        {
            return (null, Problems.NotForm(request.ContentType, required));
        }

        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 70)
        {
            return (null, Problems.NotMultipartImage("The content type multipart/form-data needs a boundary of 1 to 70 characters."));
        }

        try
        {
            var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 8192 };
            return await ReadAsync(reader, [.. required, .. optional], required.Count, limits, cancellationToken);
        }
        catch (InvalidDataException malformed)
        {
            return (null, Problems.NotMultipartImage($"The form cannot be read: {malformed.Message}"));
        }
        catch (IOException exception) when (
            exception is not (BadHttpRequestException or ConnectionResetException)
            && !cancellationToken.IsCancellationRequested)
        {
            // The reader's own word for a body that is whole and stops amid a section.
            return (null, Problems.NotMultipartImage("The form ends before its closing boundary."));
        }
    }

    private static async Task<(IReadOnlyList<ReadOnlyMemory<byte>>? Images, IResult? Problem)> ReadAsync(
        MultipartReader form, IReadOnlyList<string> fields, int required, ImageLimits limits, CancellationToken cancellationToken)
    {
        var images = new ReadOnlyMemory<byte>?[fields.Count];
        for (int sections = 0; sections < MaxFormSections && images.Any(image => image is null); sections++)
        {
            if (await form.ReadNextSectionAsync(cancellationToken) is not { } section)
            {
                break;
            }

            int field = IndexOf(section, fields);
            if (field >= 0 && images[field] is null)
            {
                (ReadOnlyMemory<byte> bytes, IResult? problem) =
                    await ImageBytes.ReadAsync(section.Body, null, limits, $"The field '{fields[field]}'", cancellationToken);
                if (problem is not null)
                {
                    return (null, problem);
                }

                images[field] = bytes;
            }
        }

        string[] missing = [.. fields.Take(required).Where((_, i) => images[i] is null)];
        return missing.Length == 0
            ? ([.. images.Select(image => image ?? default)], null)
            : (null, Problems.NotMultipartImage(
                $"The form has no field {Problems.Quoted(missing)}. Send an image's bytes in a field of that name."));
    }

    private static int IndexOf(MultipartSection section, IReadOnlyList<string> fields)
    {
        string name = HeaderUtilities.RemoveQuotes(section.GetContentDispositionHeader()?.Name ?? default).Value ?? "";
        return Array.FindIndex([.. fields], field => field.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static MediaTypeHeaderValue? FormType(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? type
            : null;
}
