using System.Globalization;
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
    private const int MaxTop = 100;

    /// <returns>The parameters, or the answer that says which is wrong; exactly one of both.</returns>
    public static (SimilarQuery? Query, IResult? Problem) Parse(IQueryCollection query, IReadOnlyList<InstalledModel> installed)
    {
        int top = DefaultTop;
        if (query.TryGetValue("top", out StringValues topText)
            && (!int.TryParse(topText, NumberStyles.None, CultureInfo.InvariantCulture, out top) || top is < 1 or > MaxTop))
        {
            return (null, Problems.InvalidParameter($"top={topText} is not allowed: top is a whole number from 1 to {MaxTop}."));
        }

        bool includeSelf = false;
        if (query.TryGetValue("includeSelf", out StringValues selfText) && !bool.TryParse(selfText, out includeSelf))
        {
            return (null, Problems.InvalidParameter($"includeSelf={selfText} is not allowed: includeSelf is true or false."));
        }

        IReadOnlyList<InstalledModel> models = installed;
        if (query.TryGetValue("model", out StringValues key))
        {
            models = [.. installed.Where(model => model.Key.Equals(key, StringComparison.OrdinalIgnoreCase))];
            if (models.Count == 0)
            {
                string allowed = string.Join(" or ", installed.Select(model => model.Key));
                return (null, Problems.InvalidParameter($"model={key} is not allowed: model is {allowed}, or left out for all."));
            }
        }

        return (new SimilarQuery(top, models, includeSelf), null);
    }
}
