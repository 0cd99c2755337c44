using Microsoft.Playwright;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Study;
using Pipeline.Study.Reporting;

namespace Pipeline.IntegrationTests.Study;

/// <summary>The report as a reader's browser shows it.</summary>
public sealed class StudyReportTests(FullSizeStudy study) : IClassFixture<FullSizeStudy>, IDisposable
{
    private const string Hostile = "<script>document.title='taken'</script><img src=x onerror=alert(1)>";

    // 5 curves, the variants and the separation; 3 images, 4 variants, 39 distortions, 2 inputs and 10 blocks.
    private const int Plots = 7;
    private const int Images = 58;

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    public async Task A_browser_shows_all_of_it_without_an_error_or_a_request(int width, ColorScheme scheme)
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using IBrowserContext context = await chromium.Browser.NewContextAsync(
            new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        IPage page = await context.NewPageAsync();
        (List<string> complaints, List<string> requests) = Watch(page);

        await page.GotoAsync(Write(study.Result));

        Assert.Empty(complaints);
        Assert.StartsWith("file:", Assert.Single(requests), StringComparison.Ordinal);
        Assert.Equal("Similarity study of vase-1.jpg", await page.TitleAsync());
        Assert.Equal(
            [
                "In short", "Images and predictions", "Pairs", "Which model separates better", "Augmentation", "Robustness",
                "Feature maps of A", "Conditions",
            ],
            await page.Locator("h2").AllInnerTextsAsync());
        Assert.True(await page.GetByText("UNTRAINED MODELS", new PageGetByTextOptions { Exact = true }).IsVisibleAsync());
        Assert.Equal(Plots, await page.Locator("svg[role=img]").CountAsync());
        Assert.Equal(Images, await page.Locator("img").CountAsync());
        Assert.True(await page.EvaluateAsync<bool>("() => [...document.images].every(image => image.complete && image.naturalWidth > 0)"));

        // Nothing is wider than the screen: wide tables scroll in their own box.
        Assert.InRange(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), 1, width);
        byte[] screenshot = await page.ScreenshotAsync(
            new PageScreenshotOptions { FullPage = true, Path = Path.Combine(_folder, "report.png") });
        Assert.True(screenshot.Length > 100_000, $"The image of the report has {screenshot.Length} bytes: it is all but empty.");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_stands_out_from_what_is_behind_it(ColorScheme scheme)
    {
        await using Chromium chromium = await Chromium.StartAsync();
        IPage page = await chromium.Browser.NewPageAsync(new BrowserNewPageOptions { ColorScheme = scheme });
        await page.GotoAsync(Write(study.Result));

        string[] faint = await page.EvaluateAsync<string[]>(Contrast);

        Assert.Empty(faint);
    }

    [Fact]
    public async Task On_paper_every_figure_is_there()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        IPage page = await chromium.Browser.NewPageAsync();
        await page.GotoAsync(Write(study.Result));

        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });

        Assert.True(await page.GetByText("mirrored", new PageGetByTextOptions { Exact = true }).IsVisibleAsync());
        Assert.True(await page.GetByText("JPEG, quality: 50", new PageGetByTextOptions { Exact = true }).IsVisibleAsync());
        Assert.False(await page.GetByRole(AriaRole.Navigation).IsVisibleAsync());
    }

    [Fact]
    public async Task A_name_that_looks_like_markup_is_shown_as_it_is()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        IPage page = await chromium.Browser.NewPageAsync();
        (List<string> complaints, List<string> requests) = Watch(page);
        StudyResult hostile =
            study.Result with { Images = [study.Result.Images[0] with { Name = Hostile }, .. study.Result.Images.Skip(1)] };

        await page.GotoAsync(Write(hostile));

        Assert.Empty(complaints);
        Assert.Single(requests);
        Assert.Equal($"Similarity study of {Hostile}", await page.TitleAsync());
        Assert.Equal($"Similarity study of {Hostile}", await page.Locator("h1").InnerTextAsync());
        Assert.Equal(Images, await page.Locator("img").CountAsync());
    }

    // Contrast by WCAG 2: 4.5 to 1 for text of normal size.
    private const string Contrast = """
        () => {
          const parse = colour => colour.match(/[\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const behind = element => {
            for (let e = element; e; e = e.parentElement) {
              const colour = parse(getComputedStyle(e).backgroundColor);
              if (colour.length === 3 || colour[3] > 0) return colour;
            }
            return [255, 255, 255];
          };
          return [...document.querySelectorAll('h1,h2,h3,p,li,td,th,a,figcaption,code,summary,footer,svg text')].filter(element => {
            const style = getComputedStyle(element);
            const colours = [parse(element.ownerSVGElement ? style.fill : style.color), behind(element)].map(light).sort((a, b) => b - a);
            return (colours[0] + .05) / (colours[1] + .05) < 4.5;
          }).map(element => element.outerHTML.slice(0, 120));
        }
        """;

    private static (List<string> Complaints, List<string> Requests) Watch(IPage page)
    {
        List<string> complaints = [];
        List<string> requests = [];
        page.Console += (_, message) => complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => complaints.Add(error);

        // An image that is embedded in the page is not a request.
        page.Request += (_, request) => requests.AddRange(request.Url.StartsWith("data:", StringComparison.Ordinal) ? [] : [request.Url]);
        return (complaints, requests);
    }

    private string Write(StudyResult result)
    {
        string path = Path.Combine(_folder, "study.html");
        File.WriteAllBytes(path, StudyReport.Write(result));
        return new Uri(path).AbsoluteUri;
    }
}
