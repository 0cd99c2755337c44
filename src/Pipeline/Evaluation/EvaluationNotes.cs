using System.Globalization;

namespace Pipeline.Evaluation;

/// <summary>What a reader of an evaluation's figures has to know, in sentences.</summary>
internal static class EvaluationNotes
{
    public static IReadOnlyList<string> Of(EvaluationConditions conditions, int groupQueries, EmbeddedImages embedded)
    {
        List<string> notes = [];
        string[] untrained = Titles(model => model.Weights == WeightsOrigin.Untrained);
        string[] voting = Titles(model => model.Votes);
        if (untrained.Length == conditions.Models.Count)
        {
            notes.Add("Every model here is untrained: the figures are about colours and textures, not about what images show.");
        }
        else if (untrained.Length > 0)
        {
            notes.Add($"{Joined(untrained)} {(untrained.Length == 1 ? "is" : "are")} untrained, so without a vote in the fused lists.");
        }

        if (voting.Length == 1)
        {
            notes.Add($"Only {voting[0]} votes: the fused lists are its list.");
        }

        if (groupQueries == 0)
        {
            notes.Add("No group has two images, so there are no figures of groups. Put the images of each group into a folder of its own, "
                + "or name the groups with --groups.");
        }
        else if (conditions.Groups == 1)
        {
            notes.Add("There is one group only, so there is no silhouette: it compares a group with another.");
        }

        AddCount(notes, embedded.Refused.Count, "not accepted");
        AddCount(notes, embedded.Identical.Count, "left out, having the same bytes as another");
        return notes;

        string[] Titles(Func<EvaluatedModel, bool> which) => [.. conditions.Models.Where(which).Select(model => model.Title)];
    }

    private static string Joined(string[] names) =>
        names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";

    private static void AddCount(List<string> notes, int count, string what)
    {
        if (count > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "file was" : "files were")} {what}."));
        }
    }
}
