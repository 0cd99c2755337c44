using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>Parameters that several calls take.</summary>
internal static class QueryParameters
{
    private const int MaxTop = 100;
    private const string Json = "application/json";

    /// <summary><c>top</c>: how many results, 1 to 100.</summary>
    /// <param name="query">The query.</param>
    /// <param name="usual">How many if it is not given.</param>
    /// <returns>The number, or the answer that says what is wrong.</returns>
    public static (int Top, IResult? Problem) Top(IQueryCollection query, int usual)
    {
        int top = usual;
        return query.TryGetValue("top", out StringValues text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out top) || top is < 1 or > MaxTop)
            ? (usual, Problems.InvalidParameter($"top={text} is not allowed: top is a whole number from 1 to {MaxTop}."))
            : (top, null);
    }

    /// <summary><c>model</c>: the key of one model.</summary>
    /// <param name="query">The query.</param>
    /// <param name="installed">The models that there are.</param>
    /// <param name="usual">What leaving it out means, for the message: "all".</param>
    /// <returns>The model, null if none is named; or the answer that says what is wrong.</returns>
    public static (InstalledModel? Model, IResult? Problem) Model(
        IQueryCollection query, IReadOnlyList<InstalledModel> installed, string usual)
    {
        if (!query.TryGetValue("model", out StringValues key))
        {
            return (null, null);
        }

        if (installed.FirstOrDefault(model => model.Key.Equals(key, StringComparison.OrdinalIgnoreCase)) is { } model)
        {
            return (model, null);
        }

        string allowed = string.Join(" or ", installed.Select(model => model.Key));
        return (null, Problems.InvalidParameter($"model={key} is not allowed: model is {allowed}, or left out for {usual}."));
    }

    /// <summary><c>format</c>: JSON, or something for the eye; where it is not given, what the header Accept likes better.</summary>
    /// <param name="request">The request.</param>
    /// <param name="other">The other format, such as <c>png</c>.</param>
    /// <param name="otherType">Its media type.</param>
    /// <returns>Whether the other is wanted, or the answer that says what is wrong.</returns>
    public static (bool IsOther, IResult? Problem) Format(HttpRequest request, string other, string otherType) =>
        !request.Query.TryGetValue("format", out StringValues format) || StringValues.IsNullOrEmpty(format)
            ? (Prefers(request, otherType), null)
        : format == "json" || format == other ? (format == other, null)
        : (false, Problems.InvalidParameter($"format={format} is not allowed: format is json, which is usual, or {other}."));

    // A browser accepts anything and a client nothing in particular: both get JSON, unless they name the other.
    private static bool Prefers(HttpRequest request, string type)
    {
        IList<MediaTypeHeaderValue> accepted = request.GetTypedHeaders().Accept;
        return Quality(type) > Quality(Json);

        double Quality(string named) => accepted
            .Where(value => value.MediaType.Equals(named, StringComparison.OrdinalIgnoreCase))
            .Select(value => value.Quality ?? 1)
            .DefaultIfEmpty(0)
            .Max();
    }
}
