using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Functions.Http;

/// <summary>Reads parameters that several calls take. A value that is not allowed throws <see cref="Problems.InvalidParameter"/>.</summary>
internal static class QueryParameters
{
    /// <summary>The most results of a list.</summary>
    public const int MaxTop = 100;

    private const string Json = "application/json";

    /// <summary><c>top</c>: how many results, 1 to 100.</summary>
    /// <param name="query">The query.</param>
    /// <param name="defaultTop">How many if it is not given.</param>
    public static int Top(IQueryCollection query, int defaultTop) =>
        Number(query, "top", defaultTop, 1, MaxTop);

    /// <summary>A whole number in a range.</summary>
    /// <param name="query">The query.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="defaultNumber">The number if it is not given.</param>
    /// <param name="min">The smallest allowed, 0 or more.</param>
    /// <param name="max">The largest allowed.</param>
    public static int Number(IQueryCollection query, string name, int defaultNumber, int min, int max)
    {
        if (!query.TryGetValue(name, out StringValues text))
        {
            return defaultNumber;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw Problems.InvalidParameter($"{name}={text} is not allowed: {name} is a whole number from {min} to {max}.");
    }

    /// <summary>A cosine, at most 1.</summary>
    /// <param name="query">The query.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="defaultCosine">The cosine if it is not given.</param>
    /// <param name="min">The smallest allowed.</param>
    public static float Cosine(IQueryCollection query, string name, float defaultCosine, float min)
    {
        if (!query.TryGetValue(name, out StringValues text))
        {
            return defaultCosine;
        }

        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float cosine) && cosine >= min && cosine <= 1
            ? cosine
            : throw Problems.InvalidParameter(string.Create(
                CultureInfo.InvariantCulture, $"{name}={text} is not allowed: {name} is a number from {min} to 1, such as 0.86."));
    }

    /// <summary><c>prefix</c>: what an image's name begins with; empty if it is not given.</summary>
    public static string Prefix(IQueryCollection query)
    {
        string prefix = query["prefix"].ToString();
        return prefix.Length <= ImageId.MaxNameLength
            ? prefix
            : throw Problems.InvalidParameter(
                $"prefix takes at most {ImageId.MaxNameLength} characters: what an image's name begins with.");
    }

    /// <summary><c>tag</c>, which may be repeated: the tags that an image has to have, all of them; empty if it is not given.</summary>
    /// <exception cref="InvalidTagException">One is not allowed, or they are too many.</exception>
    public static IReadOnlyList<string> Tags(IQueryCollection query) => TagList.Parse(query["tag"].Select(tag => tag ?? ""));

    /// <summary><c>model</c>: the key of one model.</summary>
    /// <param name="query">The query.</param>
    /// <param name="installed">The models that there are.</param>
    /// <param name="omitted">What leaving it out means, for the error: "all".</param>
    /// <returns>Null if none is named.</returns>
    public static InstalledModel? Model(IQueryCollection query, IReadOnlyList<InstalledModel> installed, string omitted)
    {
        if (!query.TryGetValue("model", out StringValues key))
        {
            return null;
        }

        return installed.FirstOrDefault(model => model.Key.Equals(key, StringComparison.OrdinalIgnoreCase))
            ?? throw Problems.InvalidParameter(
                $"model={key} is not allowed: model is {string.Join(" or ", installed.Select(model => model.Key))}, " +
                $"or left out for {omitted}.");
    }

    /// <summary><c>model</c> where several may answer: the one that is named, or all installed ones.</summary>
    public static IReadOnlyList<InstalledModel> Models(IQueryCollection query, IReadOnlyList<InstalledModel> installed) =>
        Model(query, installed, "all") is { } model ? [model] : installed;

    /// <summary><c>format</c>: JSON, or something for the eye; where it is not given, what the header Accept likes better.</summary>
    /// <param name="request">The request.</param>
    /// <param name="other">The other format, such as <c>png</c>.</param>
    /// <param name="otherType">Its media type.</param>
    /// <returns>Whether the other is wanted.</returns>
    public static bool IsFormat(HttpRequest request, string other, string otherType)
    {
        if (!request.Query.TryGetValue("format", out StringValues format) || StringValues.IsNullOrEmpty(format))
        {
            return Prefers(request, otherType);
        }

        return format == "json" || format == other
            ? format == other
            : throw Problems.InvalidParameter($"format={format} is not allowed: format is json, the default, or {other}.");
    }

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
