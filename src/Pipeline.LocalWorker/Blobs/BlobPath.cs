using System.Text.RegularExpressions;

namespace Pipeline.LocalWorker.Blobs;

/// <summary>A trigger's path such as <c>images/{name}</c>: a container, and a pattern whose tokens match any text, slashes too.</summary>
internal sealed partial class BlobPath
{
    private readonly Regex _pattern;

    /// <exception cref="InvalidOperationException">The path has no container or no pattern.</exception>
    public BlobPath(string path)
    {
        if (path.Split('/', 2) is not [{ Length: > 0 } container, { Length: > 0 } pattern])
        {
            throw new InvalidOperationException($"The blob path '{path}' must be a container and a name pattern, as in images/{{name}}.");
        }

        Container = container;
        string expression = Token().Replace(Regex.Escape(pattern).Replace("}", "\\}", StringComparison.Ordinal), "(?<$1>.+)");
        _pattern = new Regex($"^{expression}$", RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }

    public string Container { get; }

    /// <summary>The tokens' values where the name fits the pattern; null where it does not.</summary>
    public IReadOnlyDictionary<string, string>? Match(string name)
    {
        Match match = _pattern.Match(name);
        return match.Success
            ? match.Groups.Values.Skip(1).ToDictionary(group => group.Name, group => group.Value, StringComparer.OrdinalIgnoreCase)
            : null;
    }

    [GeneratedRegex(@"\\\{(\w+)\\\}")]
    private static partial Regex Token();
}
