using System.Globalization;

namespace Pipeline.Cli.Demo;

/// <summary>Checks the response that the demo gets.</summary>
internal static class DemoChecks
{
    /// <summary>Two embeddings of the same bytes differ only by rounding.</summary>
    public const double SameImageCosine = 0.9999;

    /// <summary>Checks a response.</summary>
    /// <param name="response">The response of POST /api/similar.</param>
    /// <param name="query">The name under which the query image is stored.</param>
    /// <param name="models">Keys of the models that must be in the response.</param>
    /// <param name="top">The number of results requested.</param>
    /// <returns>What is wrong, in sentences; empty if nothing is.</returns>
    public static IReadOnlyList<string> ErrorsOf(SimilarResponse response, string query, IReadOnlyCollection<string> models, int top)
    {
        List<string> errors = [];
        foreach (string key in models)
        {
            if (response.Models.TryGetValue(key, out ModelMatches? model))
            {
                errors.AddRange(ErrorsOf(model, query, top).Select(error => $"{key}: {error}"));
            }
            else
            {
                errors.Add($"{key}: there is no response by this model.");
            }
        }

        if (response.Fused.Count == 0)
        {
            errors.Add("fused: the list is empty.");
        }

        return errors;
    }

    private static IEnumerable<string> ErrorsOf(ModelMatches model, string query, int top)
    {
        IReadOnlyList<SimilarImage> results = model.Results;
        if (results.Count != top)
        {
            yield return $"there are {results.Count} results instead of {top}.";
        }

        if (results.Zip(results.Skip(1)).Any(pair => pair.First.Cosine < pair.Second.Cosine))
        {
            yield return "the results are not in falling order of cosine.";
        }

        if (results.Count == 0)
        {
            yield break;
        }

        // A copy of the query under another name is as near as the query itself, and may come before it.
        if (results[0].Name != query && !(results[0].Duplicate && results.Any(match => match.Name == query)))
        {
            yield return $"'{results[0].Name}' comes first instead of '{query}', the query image itself.";
        }
        else if (results[0].Cosine < SameImageCosine)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"the cosine of '{query}' to itself is {results[0].Cosine:0.######} instead of 1.");
        }
    }
}
