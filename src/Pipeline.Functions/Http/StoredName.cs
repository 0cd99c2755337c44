using Microsoft.AspNetCore.Http;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>A stored image's name as a caller wrote it.</summary>
/// <param name="Written">As written, for messages.</param>
/// <param name="Spellings">The names that it may mean; the first that an image has counts.</param>
internal sealed record StoredName(string Written, IReadOnlyList<string> Spellings)
{
    /// <summary>A name at the end of a path.</summary>
    /// <param name="name">What the route gives.</param>
    /// <param name="call">The call for the message, such as <c>GET /api/similar/NAME</c>.</param>
    /// <returns>The name, or the answer that says what is wrong; exactly one of both.</returns>
    public static (StoredName? Name, IResult? Problem) FromPath(string? name, string call) =>
        string.IsNullOrEmpty(name) || name.Length > ImageId.MaxNameLength
            ? (null, Problems.InvalidParameter(
                $"The path names no image: {call} takes the name of a stored image, 1 to {ImageId.MaxNameLength} characters."))
            : (new StoredName(name, SpellingsOf(name)), null);

    /// <summary>A name in the query, where every character can be written.</summary>
    /// <param name="query">The query.</param>
    /// <param name="parameter">Which parameter.</param>
    /// <param name="call">The call for the message.</param>
    /// <returns>The name, or the answer that says what is wrong; exactly one of both.</returns>
    public static (StoredName? Name, IResult? Problem) FromQuery(IQueryCollection query, string parameter, string call) =>
        query[parameter] is [{ Length: > 0 and <= ImageId.MaxNameLength } name]
            ? (new StoredName(name, [name]), null)
            : (null, Problems.InvalidParameter(
                $"{parameter} names no image: {call} takes in {parameter} the name of a stored image, 1 to {ImageId.MaxNameLength} " +
                "characters."));

    // Servers leave %2F in a path as it is, so that it can be told from a slash; in a name that nobody stored so, it is meant as one.
    private static IReadOnlyList<string> SpellingsOf(string name) =>
        name.Contains("%2F", StringComparison.OrdinalIgnoreCase)
            ? [name, name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)]
            : [name];
}
