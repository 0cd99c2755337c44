using Microsoft.AspNetCore.Http;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>The parameters of a call for predictions, checked.</summary>
/// <param name="Top">Classes per model, 1 to 100; 5 if not given.</param>
/// <param name="Models">The models asked, each of which predicts; all installed ones if none is named.</param>
internal sealed record PredictionsQuery(int Top, IReadOnlyList<InstalledModel> Models)
{
    private const int DefaultTop = 5;

    /// <returns>The parameters, or the answer that says what is wrong; exactly one of both.</returns>
    public static (PredictionsQuery? Query, IResult? Problem) Parse(IQueryCollection query, IReadOnlyList<InstalledModel> installed)
    {
        (int top, IResult? problem) = QueryParameters.Top(query, DefaultTop);
        if (problem is not null)
        {
            return (null, problem);
        }

        (InstalledModel? model, problem) = QueryParameters.Model(query, installed, "all");
        if (problem is not null)
        {
            return (null, problem);
        }

        IReadOnlyList<InstalledModel> models = model is null ? installed : [model];
        return Predictor.FaultOf(models) is { } fault
            ? (null, Problems.NoPredictions(fault))
            : (new PredictionsQuery(top, models), null);
    }
}
