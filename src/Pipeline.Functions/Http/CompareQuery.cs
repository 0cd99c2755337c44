using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Pipeline.Models;
using Pipeline.Study;

namespace Pipeline.Functions.Http;

/// <summary>The parameters of a comparison, checked.</summary>
/// <param name="Layers">What to compare by.</param>
/// <param name="IsSearch">Whether that is what search compares by, so that stored embeddings are good for it.</param>
/// <param name="IsPicture">Whether the answer is a picture, and not JSON.</param>
internal sealed record CompareQuery(IReadOnlyList<ComparedLayer> Layers, bool IsSearch, bool IsPicture)
{
    private const string Json = "application/json";

    /// <returns>The parameters, or the answer that says which is wrong; exactly one of both.</returns>
    public static (CompareQuery? Query, IResult? Problem) Parse(HttpRequest request, ModelSessions sessions)
    {
        if (request.Query.TryGetValue("format", out StringValues format) && format != "json" && format != "png")
        {
            return (null, Problems.InvalidParameter($"format={format} is not allowed: format is json, which is usual, or png."));
        }

        bool isPicture = StringValues.IsNullOrEmpty(format) ? PrefersPicture(request) : format == "png";
        if (!request.Query.TryGetValue("layers", out StringValues layersText))
        {
            return (new CompareQuery(ComparedLayer.OfSearch(sessions), IsSearch: true, isPicture), null);
        }

        (IReadOnlyList<ComparedLayer>? layers, LayerFault? fault) = ComparedLayer.Parse(layersText.ToString(), sessions);
        return fault switch
        {
            null => (new CompareQuery(layers!, IsSearch: false, isPicture), null),
            { Kind: LayerFaultKind.NoFloat32Model } => (null, Problems.NoFloat32Model(fault.Detail)),
            _ => (null, Problems.InvalidParameter($"layers={layersText} is not allowed: {fault.Detail}")),
        };
    }

    // A browser accepts anything and a client nothing in particular: both get JSON.
    private static bool PrefersPicture(HttpRequest request)
    {
        IList<MediaTypeHeaderValue> accepted = request.GetTypedHeaders().Accept;
        return Quality(PngAnswer.ContentType) > Quality(Json);

        double Quality(string type) => accepted
            .Where(value => value.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            .Select(value => value.Quality ?? 1)
            .DefaultIfEmpty(0)
            .Max();
    }
}
