using System.Globalization;

namespace Pipeline.Cli.Demo;

/// <summary>What must hold of an answer for the demo to have worked.</summary>
internal static class DemoChecks
{
    /// <summary>Two embeddings of the same bytes differ by rounding at most.</summary>
    public const double SameImageCosine = 0.9999;

    /// <summary>Looks an answer through.</summary>
    /// <param name="answer">The answer of POST /api/similar.</param>
    /// <param name="query">The name under which the picture that was asked about is stored.</param>
    /// <param name="models">Keys of the models that must have answered.</param>
    /// <param name="top">How many results were asked for.</param>
    /// <returns>What does not hold, in sentences; empty where all does.</returns>
    public static IReadOnlyList<string> FaultsOf(SimilarResponse answer, string query, IReadOnlyCollection<string> models, int top)
    {
        List<string> faults = [];
        foreach (string key in models)
        {
            if (answer.Models.TryGetValue(key, out ModelMatches? model))
            {
                faults.AddRange(FaultsOf(model, query, top).Select(fault => $"{key}: {fault}"));
            }
            else
            {
                faults.Add($"{key}: there is no answer by this model.");
            }
        }

        if (answer.Fused.Count == 0)
        {
            faults.Add("fused: the list is empty.");
        }

        return faults;
    }

    private static IEnumerable<string> FaultsOf(ModelMatches model, string query, int top)
    {
        IReadOnlyList<SimilarImage> results = model.Results;
        if (results.Count != top)
        {
            yield return $"{results.Count} results came where {top} were asked for.";
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
            yield return $"'{results[0].Name}' comes first instead of '{query}', the very picture that was asked about.";
        }
        else if (results[0].Cosine < SameImageCosine)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"the cosine of '{query}' to itself is {results[0].Cosine:0.######} instead of 1.");
        }
    }
}
