using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Pipeline.Imaging;

namespace Pipeline.Functions.Http;

/// <summary>
/// Reads the images that a request brings: the body itself, or fields of a form (multipart/form-data). Each is read into memory up to the
/// limit, never to a file; so all of them take at most the limit times the number of fields.
/// </summary>
internal static class Uploads
{
    private const string Field = "image";
    private const int MaxFormFields = 1024;
    private const int ChunkLength = 81_920;

    /// <summary>The one image of a request: the body, or the field <c>image</c> of a form.</summary>
    /// <exception cref="ApiProblemException">The content type is no image's, or the form cannot be read or lacks the field.</exception>
    /// <exception cref="InvalidImageException">The image is empty or too large.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadImageAsync(
        HttpRequest request, ImageLimits limits, CancellationToken cancellationToken)
    {
        MediaTypeHeaderValue? type = ContentType(request);
        if (IsForm(type))
        {
            return (await ReadFormAsync(request, type, [Field], [], limits, cancellationToken))[0];
        }

        if (type?.Type.Equals("image", StringComparison.OrdinalIgnoreCase) == true
            || type?.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase) == true)
        {
            return await ReadAsync(request.Body, request.ContentLength, limits, "The body", cancellationToken);
        }

        // curl -T and others name no type; without a body the clearer error is that there is none.
        throw type is null && request.ContentLength is 0
            ? (Exception)Empty("The body")
            : Problems.UnsupportedContentType(request.ContentType);
    }

    /// <summary>The images of a form, in any order; other fields are passed over, and of two with one name the first counts.</summary>
    /// <param name="request">The request.</param>
    /// <param name="required">The names of fields that must be there; upper and lower case are the same.</param>
    /// <param name="optional">The names of those that may be missing.</param>
    /// <param name="limits">What is allowed, for each image.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <returns>The images in the order of the names, the required first; one that is missing is empty, and no other is.</returns>
    /// <exception cref="ApiProblemException">There is no form, or it cannot be read or lacks a field.</exception>
    /// <exception cref="InvalidImageException">An image is empty or too large.</exception>
    public static Task<ReadOnlyMemory<byte>[]> ReadFormAsync(
        HttpRequest request,
        IReadOnlyList<string> required,
        IReadOnlyList<string> optional,
        ImageLimits limits,
        CancellationToken cancellationToken)
    {
        MediaTypeHeaderValue? type = ContentType(request);
        return IsForm(type)
            ? ReadFormAsync(request, type, required, optional, limits, cancellationToken)
            : throw Problems.NotForm(request.ContentType, required);
    }

    private static async Task<ReadOnlyMemory<byte>[]> ReadFormAsync(
        HttpRequest request,
        MediaTypeHeaderValue type,
        IReadOnlyList<string> required,
        IReadOnlyList<string> optional,
        ImageLimits limits,
        CancellationToken cancellationToken)
    {
        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 70)
        {
            throw Problems.NotMultipartImage("The content type multipart/form-data needs a boundary of 1 to 70 characters.");
        }

        string[] fields = [.. required, .. optional];
        ReadOnlyMemory<byte>[] images;
        try
        {
            var form = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 8192 };
            images = await ReadFieldsAsync(form, fields, limits, cancellationToken);
        }
        catch (InvalidDataException malformed)
        {
            throw Problems.NotMultipartImage($"The form cannot be read: {malformed.Message}");
        }
        catch (IOException exception) when (
            exception is not (BadHttpRequestException or ConnectionResetException)
            && !cancellationToken.IsCancellationRequested)
        {
            // The reader's own word for a body that is whole and stops amid a section.
            throw Problems.NotMultipartImage("The form ends before its closing boundary.");
        }

        string[] missing = [.. required.Where((_, i) => images[i].IsEmpty)];
        return missing.Length == 0
            ? images
            : throw Problems.NotMultipartImage(
                $"The form has no field {Problems.Quoted(missing)}. Send an image's bytes in a field of that name.");
    }

    private static async Task<ReadOnlyMemory<byte>[]> ReadFieldsAsync(
        MultipartReader form, string[] fields, ImageLimits limits, CancellationToken cancellationToken)
    {
        var images = new ReadOnlyMemory<byte>[fields.Length];
        for (int count = 0; images.Any(image => image.IsEmpty); count++)
        {
            if (await form.ReadNextSectionAsync(cancellationToken) is not { } section)
            {
                break;
            }

            if (count == MaxFormFields)
            {
                throw Problems.NotMultipartImage(
                    $"The form has more than {MaxFormFields:N0} fields. Send the images in the first ones, or leave out the others.");
            }

            string name = HeaderUtilities.RemoveQuotes(section.GetContentDispositionHeader()?.Name ?? default).Value ?? "";
            int field = Array.FindIndex(fields, field => field.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (field >= 0 && images[field].IsEmpty)
            {
                images[field] = await ReadAsync(section.Body, null, limits, $"The field '{fields[field]}'", cancellationToken);
            }
        }

        return images;
    }

    /// <summary>Reads to the end, or to the first byte too many.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="announced">How many there will be, where that was said.</param>
    /// <param name="limits">What is allowed.</param>
    /// <param name="place">Where they are, for errors: "The body", "The field 'a'".</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    /// <returns>One byte or more.</returns>
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(
        Stream content, long? announced, ImageLimits limits, string place, CancellationToken cancellationToken)
    {
        if (announced > limits.MaxBytes)
        {
            throw TooLarge(limits, place);
        }

        using var buffer = new MemoryStream((int)(announced ?? 0));
        byte[] chunk = new byte[ChunkLength];
        for (int read; (read = await content.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            if (buffer.Length + read > limits.MaxBytes)
            {
                throw TooLarge(limits, place);
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.Length > 0 ? buffer.GetBuffer().AsMemory(0, (int)buffer.Length) : throw Empty(place);
    }

    private static InvalidImageException Empty(string place) =>
        new(new ImageRejection(ImageFault.Empty, $"{place} is empty. Send the bytes of an image."));

    private static InvalidImageException TooLarge(ImageLimits limits, string place) => new(new ImageRejection(
        ImageFault.TooManyBytes,
        $"{place} has more than {limits.MaxBytes / (1024 * 1024)} MB, which is the most that is allowed for an image."));

    private static MediaTypeHeaderValue? ContentType(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) ? type : null;

    private static bool IsForm([NotNullWhen(true)] MediaTypeHeaderValue? type) =>
        type?.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true;
}
