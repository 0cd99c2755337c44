using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pipeline.Comparison;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>The parameters of a comparison, checked.</summary>
/// <param name="Layers">What to compare by.</param>
/// <param name="IsSearch">Whether that is what search compares by, so that stored embeddings are good for it.</param>
/// <param name="IsPicture">Whether the answer is a picture, and not JSON.</param>
internal sealed record CompareQuery(IReadOnlyList<ComparedLayer> Layers, bool IsSearch, bool IsPicture)
{
    /// <returns>The parameters, or the answer that says which is wrong; exactly one of both.</returns>
    public static (CompareQuery? Query, IResult? Problem) Parse(HttpRequest request, ModelSessions sessions)
    {
        (bool isPicture, IResult? problem) = QueryParameters.Format(request, "png", PngAnswer.ContentType);
        if (problem is not null)
        {
            return (null, problem);
        }

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
}
