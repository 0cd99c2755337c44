using Pipeline.Models;
using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>The images and their predictions.</summary>
internal static class ImagesSection
{
    public static ReportSection Of(StudyResult result) => new("pictures", "Images and predictions", Markup.Of($"""
        <p class="note">A is the reference for everything else. Below each image are the five most probable classes of ImageNet by
        each model.</p>
        <div class="pictures">{Markup.Lines(result.Images.Select(image => Card(result, image)))}</div>
        """));

    private static Markup Card(StudyResult result, StudiedImage image) => Markup.Of($"""
        <div class="card"><figure>
        <img src="{Markup.DataUri("image/jpeg", image.Thumbnail)}" alt="Image {image.Letter}: {image.Name}">
        <figcaption><strong>{image.Letter}</strong> {image.Name}, {image.Role}, {image.Width} × {image.Height}</figcaption>
        </figure>
        <div class="predictions">
        {Markup.Lines(result.Conditions.Models.Select((model, style) => Predictions(image, model, style)))}</div></div>
        """);

    private static Markup Predictions(StudiedImage image, StudiedModel model, int style) =>
        image.Predictions.TryGetValue(model.Key, out IReadOnlyList<Prediction>? predictions)
            ? Markup.Of($"""
                <h3>{model.Title}</h3>
                <table aria-label="{model.Title}: classes of {image.Letter}"><tbody>
                {Markup.Lines(predictions.Select(prediction => Row(prediction, style)))}
                </tbody></table>
                """)
            : Markup.Of($"""<h3>{model.Title}</h3><p class="note">Installed without its dense layers: no predictions.</p>""");

    private static Markup Row(Prediction prediction, int style) => Markup.Of($"""
        <tr><td>{NameOf(prediction)}<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar-back" width="100" height="4"/><rect class="style-{style}" width="{100 * prediction.Probability:0.##}" height="4"/>
        </svg></td><td class="number">{100 * prediction.Probability:0.00} %</td></tr>
        """);

    private static string NameOf(Prediction prediction) => prediction.Label?.Replace('_', ' ') ?? $"class {prediction.Class}";
}
