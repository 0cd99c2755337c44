using System.Globalization;

namespace Pipeline.Study;

/// <summary>What a reader must know about how a study was made: what was left out or done differently, and why.</summary>
internal static class StudyNotes
{
    public static IReadOnlyList<string> Of(StudyConditions conditions, StudyInputs inputs, bool classesAreNamed)
    {
        List<string> notes = [];
        foreach (StudiedModel model in conditions.Models.Where(model => !model.WithTop))
        {
            string embedding = conditions.Layers.Single(layer => layer.Model == model.Key).Output;
            notes.Add(
                $"{model.Title} was installed without its dense layers: it predicts no classes, and images are compared by its " +
                $"{embedding} alone. Get the complete model: ./pipeline models pull");
        }

        if (!classesAreNamed && conditions.Models.Any(model => model.WithTop))
        {
            notes.Add("Classes are given by number: the list of their names was never fetched. Get it with ./pipeline models pull");
        }

        foreach (PreparedImage image in inputs.Images.Where(image => image.IsReduced))
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{image.Name} has {image.Width} x {image.Height} pixels and was reduced, antialiased, to " +
                $"{image.StudiedWidth} x {image.StudiedHeight} before all other steps: the study works on at most " +
                $"{conditions.MaxPixels:N0} pixels. So its cosines differ slightly from those of ./pipeline compare."));
        }

        if (inputs.Images.Count == 1)
        {
            notes.Add("Only one image was given, so it is compared only with its own variants.");
        }

        return notes;
    }
}
