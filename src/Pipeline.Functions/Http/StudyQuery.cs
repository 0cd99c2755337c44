using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pipeline.Study;

namespace Pipeline.Functions.Http;

/// <summary>The parameters of a study, checked.</summary>
/// <param name="Augmentations">Variants of <c>a</c> to draw, 0 to 50; 10 if not given.</param>
/// <param name="Seed">Which series of variants; 1 if not given.</param>
/// <param name="IsReport">Whether the answer is a report for people, and not JSON.</param>
internal sealed record StudyQuery(int Augmentations, int Seed, bool IsReport)
{
    private static readonly StudyRequest Usual = new() { Pictures = [] };

    /// <returns>The parameters, or the answer that says which is wrong; exactly one of both.</returns>
    public static (StudyQuery? Query, IResult? Problem) Parse(HttpRequest request)
    {
        int augmentations = Usual.Augmentations;
        if (request.Query.TryGetValue("n", out StringValues number)
            && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out augmentations)
                || augmentations > StudyRequest.MaxAugmentations))
        {
            return (null, Problems.InvalidParameter(
                $"n={number} is not allowed: n is a whole number from 0 to {StudyRequest.MaxAugmentations}."));
        }

        int seed = Usual.Seed;
        if (request.Query.TryGetValue("seed", out StringValues seedText)
            && !int.TryParse(seedText, NumberStyles.None, CultureInfo.InvariantCulture, out seed))
        {
            return (null, Problems.InvalidParameter($"seed={seedText} is not allowed: seed is a whole number from 0 to {int.MaxValue}."));
        }

        (bool isReport, IResult? problem) = QueryParameters.Format(request, "html", HtmlAnswer.ContentType);
        return problem is null ? (new StudyQuery(augmentations, seed, isReport), null) : (null, problem);
    }
}
