using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Study;
using Pipeline.Study.Reporting;

namespace Pipeline.Tests.Study.Reporting;

public partial class StudyReportTests
{
    private const string Hostile = "<script>alert('x')</script>\"onerror=\"alert(1)";

    [Fact]
    public void A_hostile_name_is_text_everywhere()
    {
        StudyResult study = SampleStudy.Create([Hostile, "<img src=x>", "</style><b>"]) with { Notes = ["<i>note</i>"] };
        string html = Html(
            study with { Variants = [new StudiedVariant("<u>", SampleStudy.Cosines(study.Conditions, 0.5), SampleStudy.Jpeg)] });

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img src=x", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\"onerror", html, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(html, "</style>"));
        Assert.Contains("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void It_makes_no_external_request()
    {
        string html = Html(SampleStudy.Create());

        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", html, StringComparison.Ordinal);
        Assert.All(Sources().Matches(html), source => Assert.Matches(
            "^(data:image/(jpeg|png);base64,[A-Za-z0-9+/=]+|data:,|#[a-z-]+)$", source.Groups[1].Value));
        Assert.Contains("default-src &#x27;none&#x27;; img-src data:; style-src &#x27;sha256-", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Untrained_models_are_marked_clearly()
    {
        Assert.Contains("UNTRAINED MODELS", Html(SampleStudy.Create(weights: WeightsOrigin.Untrained)), StringComparison.Ordinal);
        Assert.DoesNotContain("UNTRAINED", Html(SampleStudy.Create()), StringComparison.Ordinal);
        Assert.Contains("VGG16 (ImageNet weights)", Html(SampleStudy.Create()), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_image_has_an_alternative_text_and_every_id_is_unique()
    {
        string html = Html(SampleStudy.Create());
        string[] ids = [.. Ids().Matches(html).Select(id => id.Groups[1].Value)];

        Assert.Equal(3 + 3 + 7 + 2, Regex.Count(html, "<img "));
        Assert.Equal(Regex.Count(html, "<img "), Regex.Count(html, "<img [^>]*alt=\"[^\"]+\""));
        Assert.Equal(1 + 1 + 2, Regex.Count(html, "<svg class=\"plot"));
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(Anchors().Matches(html), anchor => Assert.Contains(anchor.Groups[1].Value, ids));
    }

    [Fact]
    public void What_was_not_studied_has_no_section()
    {
        StudyResult whole = SampleStudy.Create();
        StudyResult bare = SampleStudy.Create(["vase.jpg"], withTop: false) with
        {
            Augmentations = new StudiedAugmentations([], new Dictionary<string, CosineSummary>()),
            Separation = null,
        };

        Assert.Equal(
            ["in-short", "pictures", "pairs", "separation", "augmentation", "robustness", "feature-maps", "conditions"], Sections(
                Html(whole)));
        Assert.Equal(["pictures", "robustness", "feature-maps", "conditions"], Sections(Html(bare)));
        Assert.Contains("no predictions", Html(bare), StringComparison.Ordinal);
    }

    [Fact]
    public void Published_figures_stand_beside_ours()
    {
        StudyResult study = SampleStudy.Published(off: figure => figure.Subject == "vase / vase2" ? -0.05 : 0);

        string html = Html(study with { Published = PublishedComparison.Of(study) });

        Assert.Contains("2 of 21 figures do not agree", html, StringComparison.Ordinal);
        Assert.Contains("""<td class="number">0.8257</td>""", html, StringComparison.Ordinal);
        Assert.Contains("""<td class="number">0.7757</td>""", html, StringComparison.Ordinal);
        Assert.Contains("""<td class="number">-0.0500</td>""", html, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(html, "<td class=\"no\">"));
        Assert.Equal(19, Regex.Count(html, "<td class=\"yes\">"));
    }

    [Fact]
    public void JSON_has_every_figure_by_names_in_camel_case_and_no_image()
    {
        byte[] bytes = StudyJson.Write(SampleStudy.Create());
        using var json = JsonDocument.Parse(bytes);

        Assert.Equal(
            [
                "conditions", "notes", "pictures", "pairs", "variants", "augmentations", "separation", "robustness", "featureMaps",
                "published",
            ],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(0.6, json.RootElement.GetProperty("pairs")[0].GetProperty("cosines").GetProperty("vgg16:fc2").GetDouble(), 1e-12);
        Assert.Equal("float32", json.RootElement.GetProperty("conditions").GetProperty("models")[0].GetProperty("precision").GetString());
        JsonElement top = json.RootElement.GetProperty("pictures")[0].GetProperty("predictions").GetProperty("vgg16")[0];
        Assert.Equal("vase", top.GetProperty("label").GetString());
        string text = Encoding.UTF8.GetString(bytes);
        Assert.DoesNotContain("thumbnail", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("probabilities", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("grid", text, StringComparison.OrdinalIgnoreCase);
    }

    private static string Html(StudyResult study) => Encoding.UTF8.GetString(StudyReport.Write(study));

    private static IEnumerable<string> Sections(string html) => Section().Matches(html).Select(section => section.Groups[1].Value);

    [GeneratedRegex("<section id=\"([^\"]+)\"")]
    private static partial Regex Section();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Sources();

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("href=\"#([^\"]+)\"")]
    private static partial Regex Anchors();
}
