using Pipeline.Models;

namespace Pipeline.Study.Reporting;

/// <summary>The pictures, and what the networks take them for.</summary>
internal static class PicturesSection
{
    public static ReportSection Of(StudyResult result) => new("pictures", "Pictures and predictions", Markup.Of($"""
        <p class="note">A is what everything else is held against. Below each picture are the five classes of ImageNet that each network
        finds most probable.</p>
        <div class="pictures">{Markup.Lines(result.Pictures.Select(picture => Card(result, picture)))}</div>
        """));

    private static Markup Card(StudyResult result, StudiedPicture picture) => Markup.Of($"""
        <div class="card"><figure>
        <img src="{Markup.DataUri("image/jpeg", picture.Thumbnail)}" alt="Picture {picture.Letter}: {picture.Name}">
        <figcaption><strong>{picture.Letter}</strong> {picture.Name}, {picture.Role}, {picture.Width} × {picture.Height}</figcaption>
        </figure>
        <div class="predictions">
        {Markup.Lines(result.Conditions.Models.Select((model, style) => Predictions(picture, model, style)))}</div></div>
        """);

    private static Markup Predictions(StudiedPicture picture, StudiedModel model, int style) =>
        picture.Predictions.TryGetValue(model.Key, out IReadOnlyList<Prediction>? predictions)
            ? Markup.Of($"""
                <h3>{model.Title}</h3>
                <table aria-label="{model.Title}: classes of {picture.Letter}"><tbody>
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
