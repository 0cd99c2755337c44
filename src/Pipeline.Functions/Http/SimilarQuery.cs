using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>The parameters of a similarity query, checked.</summary>
/// <param name="Top">Results per list, 1 to 100; 10 if not given.</param>
/// <param name="Models">The models asked; all installed ones if none is named.</param>
/// <param name="IncludeSelf">Whether a stored query image may be among its own results.</param>
internal sealed record SimilarQuery(int Top, IReadOnlyList<InstalledModel> Models, bool IncludeSelf)
{
    private const int DefaultTop = 10;

    /// <returns>The parameters, or the answer that says which is wrong; exactly one of both.</returns>
    public static (SimilarQuery? Query, IResult? Problem) Parse(IQueryCollection query, IReadOnlyList<InstalledModel> installed)
    {
        (int top, IResult? problem) = QueryParameters.Top(query, DefaultTop);
        if (problem is not null)
        {
            return (null, problem);
        }

        bool includeSelf = false;
        if (query.TryGetValue("includeSelf", out StringValues selfText) && !bool.TryParse(selfText, out includeSelf))
        {
            return (null, Problems.InvalidParameter($"includeSelf={selfText} is not allowed: includeSelf is true or false."));
        }

        (InstalledModel? model, problem) = QueryParameters.Model(query, installed, "all");
        return problem is null ? (new SimilarQuery(top, model is null ? installed : [model], includeSelf), null) : (null, problem);
    }
}
