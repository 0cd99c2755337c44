using Microsoft.AspNetCore.Http;
using Pipeline.Links;

namespace Pipeline.Functions.Http;

/// <summary>The id of a link in a path.</summary>
internal static class LinkId
{
    /// <summary>Whether a text can be the id of any link.</summary>
    public static bool IsOne(string text) => text.Length == LinkTable.IdLength && text.All(char.IsAsciiHexDigitLower);

    /// <exception cref="ApiProblemException">The path has none.</exception>
    /// <param name="request">The request.</param>
    public static string FromPath(HttpRequest request) =>
        request.RouteValues["id"] is string id && IsOne(id)
            ? id
            : throw Problems.InvalidParameter(
                $"The path names no link: a link's id has {LinkTable.IdLength} digits of 0-9 and a-f. GET /api/links lists them.");
}
