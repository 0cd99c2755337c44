using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Pipeline.IntegrationTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.IntegrationTests.Gallery;

/// <summary>The gallery for everyone: screen readers, keyboards, small screens, slow ones.</summary>
[Collection(nameof(RunningGallery))]
public sealed class GalleryAccessTests(RunningGallery pipeline)
{
    public static TheoryData<string, int, ColorScheme> Views()
    {
        var data = new TheoryData<string, int, ColorScheme>();
        foreach (string view in GalleryScreens.All.Keys)
        {
            data.Add(view, 1280, ColorScheme.Light);
            data.Add(view, 1280, ColorScheme.Dark);
            data.Add(view, 390, ColorScheme.Light);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_view_has_no_violation_that_axe_finds_and_fits_the_screen(string view, int width, ColorScheme scheme)
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline, width, scheme: scheme);
        await CannedAnswers.ServeAsync(gallery.Page);

        await GalleryScreens.ShowAsync(gallery, view);
        AxeResult result = await gallery.Page.RunAxe();

        Assert.True(result.Violations.Length == 0, string.Join(
            '\n', result.Violations.Select(violation => $"{violation.Id}: {violation.Help}: {violation.Nodes[0].Html}")));
        Assert.True(result.Passes.Length > 10, "axe looked at hardly anything.");
        Assert.InRange(await gallery.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, width);
        Assert.Empty(gallery.Complaints);
    }

    [Fact]
    public async Task The_keyboard_reaches_a_search_and_comes_back()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await CannedAnswers.ServeAsync(gallery.Page);
        await gallery.GoAsync("");
        await Expect(gallery.Page.Locator(".tile")).ToHaveCountAsync(CannedAnswers.Names.Count);

        await gallery.Page.Keyboard.PressAsync("Tab");
        await Expect(gallery.Page.Locator(".skip")).ToBeFocusedAsync();
        await gallery.Page.Keyboard.PressAsync("Enter");
        await Expect(gallery.Page.Locator("#main")).ToBeFocusedAsync();
        await gallery.Page.Locator(".tile-image").First.PressAsync("Enter");
        await Expect(gallery.Page.Locator(".match").First).ToBeVisibleAsync();
        await Expect(gallery.Page.Locator("#main")).ToBeFocusedAsync();
        await gallery.Page.GoBackAsync();
        await Expect(gallery.Page.Locator(".tile")).ToHaveCountAsync(CannedAnswers.Names.Count);
    }

    [Fact]
    public async Task The_chosen_colours_stay_over_a_reload()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("health");
        await Expect(gallery.Page.Locator("tbody tr").First).ToBeVisibleAsync();
        await gallery.Page.Locator("#theme").ClickAsync();
        await Expect(gallery.Page.Locator("html")).ToHaveCSSAsync("background-color", "rgb(17, 18, 22)");

        await gallery.Page.ReloadAsync();

        await Expect(gallery.Page.Locator("html")).ToHaveCSSAsync("background-color", "rgb(17, 18, 22)");
    }

    [Fact]
    public async Task Of_a_thousand_images_nothing_moves_while_they_come()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await CannedAnswers.ServeAsync(gallery.Page, images: 1000);
        await gallery.Page.AddInitScriptAsync("""
            window.moved = [];
            const describe = source => `${source.node?.nodeName}.${source.node?.className} from ${source.previousRect.top} px`;
            new PerformanceObserver(list =>
              list.getEntries().forEach(entry => window.moved.push(`${entry.value}: ${entry.sources.map(describe)}`)),
            ).observe({ type: 'layout-shift', buffered: true });
            """);

        // The first visit starts the browser's processes and the app's; what is measured is a visit.
        await gallery.GoAsync("");
        await Expect(gallery.Page.Locator(".tile").First).ToBeVisibleAsync();
        await gallery.GoAsync("");
        await Expect(gallery.Page.Locator(".tile").First).ToBeVisibleAsync();
        double paint = await gallery.Page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime");

        // A reader who is at the end again as soon as there is more: before the browser has drawn it.
        await gallery.Page.EvaluateAsync("""
            const toEnd = () => scrollTo(0, document.body.scrollHeight);
            new MutationObserver(toEnd).observe(document.querySelector('.grid').parentElement, { childList: true, subtree: true });
            toEnd();
            """);
        await Expect(gallery.Page.Locator(".tile")).ToHaveCountAsync(1000);
        TestContext.Current.TestOutputHelper?.WriteLine($"First contentful paint after {paint:0} ms");

        Assert.Equal("", await gallery.Page.EvaluateAsync<string>("window.moved.join('\\n')"));
        await Expect(gallery.Page.GetByText("1,000 images. That is all.")).ToBeVisibleAsync();
    }
}
