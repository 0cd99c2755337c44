using Microsoft.AspNetCore.Http;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>
/// A PNG as the response. The header <c>Pipeline-Models</c> says what it was made with, as a list of RFC 9651:
/// <c>vgg16;weights="imagenet";fingerprint="0123456789ab"</c>.
/// </summary>
/// <param name="png">The file.</param>
/// <param name="models">The models that took part.</param>
public sealed class PngResult(ReadOnlyMemory<byte> png, IEnumerable<InstalledModel> models) : IResult
{
    public const string ContentType = "image/png";
    public const string ModelsHeader = "Pipeline-Models";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers[ModelsHeader] = string.Join(
            ", ",
            models.Select(model => $"{model.Key};weights=\"{model.Weights.ToJsonName()}\";fingerprint=\"{model.Fingerprint}\""));
        return TypedResults.Bytes(png, ContentType).ExecuteAsync(httpContext);
    }
}
