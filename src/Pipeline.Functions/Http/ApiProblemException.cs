using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.Functions.Http;

/// <summary>
/// A request that ends with an error response, which <see cref="ErrorMiddleware"/> sends; <see cref="Problems"/> makes them.
/// </summary>
/// <param name="problem">The response.</param>
/// <param name="retryAfter">When to try again, in seconds; null where that would not help.</param>
internal sealed class ApiProblemException(ProblemHttpResult problem, int? retryAfter = null)
    : Exception(problem.ProblemDetails.Detail), IResult
{
    public ProblemHttpResult Problem { get; } = problem;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (retryAfter is { } seconds)
        {
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return Problem.ExecuteAsync(httpContext);
    }
}
