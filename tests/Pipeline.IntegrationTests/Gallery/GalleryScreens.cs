using Microsoft.Playwright;
using Pipeline.IntegrationTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.IntegrationTests.Gallery;

/// <summary>The views of the gallery with something in them, for what looks at all of them.</summary>
internal static class GalleryScreens
{
    /// <summary>By the view's name its address, and what is there once it is complete.</summary>
    public static IReadOnlyDictionary<string, (string Address, string Complete)> All { get; } =
        new Dictionary<string, (string, string)>
        {
            ["gallery"] = ("", ".grid-foot p"),
            ["image"] = ("image?name=fish-1.jpg", ".facts tbody tr"),
            ["search"] = ("search?name=fish-1.jpg", ".columns .match"),
            ["search-part"] = ("search?name=fish-1.jpg&crop=0.2000,0.2500,0.6000,0.5000", ".columns .match"),
            ["explain"] = ("explain?a=vase-1.jpg&b=vase-2.jpg", ".heat"),
            ["duplicates"] = ("duplicates?minCosine=0.9", ".group .copy"),
            ["links"] = ("links", ".link"),
            ["study"] = ("study", ".slot"),
            ["evaluation"] = ("evaluation", ".cards"),
            ["health"] = ("health", "tbody tr"),
        };

    /// <summary>Shows a view and waits until it is complete, its images included.</summary>
    public static async Task ShowAsync(GalleryPage gallery, string view)
    {
        (string address, string complete) = All[view];
        await gallery.GoAsync(address);
        if (view == "evaluation")
        {
            await gallery.Page.Locator("#report").SetInputFilesAsync(new FilePayload
            {
                Name = "evaluation.json",
                MimeType = "application/json",
                Buffer = File.ReadAllBytes(Repository.Path("tests", "reference", "fixtures", "gallery", "evaluation.json")),
            });
        }
        else if (view == "study")
        {
            string[] names = ["vase-1.jpg", "vase-2.jpg", "fish-1.jpg"];
            foreach ((string slot, string name) in new[] { "a", "b", "c" }.Zip(names))
            {
                await gallery.Page.Locator($"#slot-{slot}").SetInputFilesAsync(Repository.Path("samples", name));
                await Expect(gallery.Page.Locator($"#slot-{slot}-hint")).ToHaveTextAsync(name);
            }
        }

        await Expect(gallery.Page.Locator(complete).First).ToBeVisibleAsync();
        await gallery.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await gallery.Page.WaitForFunctionAsync(
            "() => [...document.images].every(image => image.complete || image.getBoundingClientRect().top > innerHeight)");
    }
}
