using System.Collections.Concurrent;
using Microsoft.Playwright;
using Pipeline.IntegrationTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.IntegrationTests.Gallery;

/// <summary>What the gallery shows when something is wrong: a sentence with what to do, and never what an image's name would have it do.</summary>
[Collection(nameof(RunningGallery))]
public sealed class GalleryErrorTests(RunningGallery pipeline)
{
    private const string Hostile = "<img src=x onerror=document.title='taken'>.bmp";
    private const string Key = "a-key";

    [Fact]
    public async Task The_key_is_asked_for_once_and_sent_in_a_header_and_in_no_address()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        ConcurrentBag<string> addresses = [];
        await gallery.Page.RouteAsync(address => address.Contains("/api/") && !address.Contains("/api/gallery"), async route =>
        {
            addresses.Add(route.Request.Url);
            bool allowed = route.Request.Headers.GetValueOrDefault("x-functions-key") == Key || route.Request.Url.EndsWith("/health");
            await (allowed ? route.ContinueAsync() : route.FulfillAsync(new RouteFulfillOptions { Status = 401 }));
        });
        await gallery.GoAsync("?prefix=gallery-none/");

        await EnterAsync("wrong");
        await Expect(gallery.Page.GetByText("That key was not accepted")).ToBeVisibleAsync();
        await EnterAsync(Key);
        await Expect(gallery.Page.GetByText("No image matches")).ToBeVisibleAsync();
        await gallery.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Duplicates" }).ClickAsync();
        await Expect(gallery.Page.Locator(".groups .quiet-text").First).ToBeVisibleAsync();
        await Expect(gallery.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        Assert.DoesNotContain(addresses, address => address.Contains(Key, StringComparison.Ordinal));
        Assert.DoesNotContain(Key, gallery.Page.Url, StringComparison.Ordinal);
        Assert.Equal(Key, await gallery.Page.EvaluateAsync<string>("sessionStorage.getItem('pipeline-function-key')"));
        Assert.Equal(0, await gallery.Page.EvaluateAsync<int>("Object.keys(localStorage).length"));
        Assert.Empty(gallery.Complaints);

        async Task EnterAsync(string key)
        {
            await gallery.Page.GetByRole(AriaRole.Textbox, new PageGetByRoleOptions { Name = "Function key" }).FillAsync(key);
            await gallery.Button("Continue").ClickAsync();
        }
    }

    [Fact]
    public async Task A_reader_without_a_key_is_shown_a_sentence()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.AnswerAsync("**/api/images*", 401, "");
        await gallery.GoAsync("");

        await gallery.Button("Cancel").ClickAsync();

        await Expect(gallery.Alert).ToContainTextAsync("A function key is needed");
    }

    [Fact]
    public async Task Names_that_look_like_markup_are_shown_as_they_are()
    {
        await pipeline.UploadAsync($"gallery-hostile/{Hostile}", TestImages.Bitmap(9201));
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("?prefix=gallery-hostile/");

        await Expect(gallery.Page.Locator(".tile-name")).ToHaveTextAsync($"gallery-hostile/{Hostile}");
        await gallery.Page.Locator(".tile-name").ClickAsync();
        await Expect(gallery.Page.Locator("h1")).ToHaveTextAsync($"gallery-hostile/{Hostile}");
        await gallery.GoAsync($"search?name={Uri.EscapeDataString("</main><script>document.title='taken'</script>")}");
        await Expect(gallery.Alert).ToContainTextAsync("<script>");

        Assert.DoesNotContain("taken", await gallery.Page.TitleAsync(), StringComparison.Ordinal);
        Assert.Empty(gallery.Complaints);
    }

    [Theory]
    [InlineData("image?name=")]
    [InlineData("search?name=")]
    public async Task An_image_that_is_gone_is_a_sentence(string view)
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);

        await gallery.GoAsync($"{view}gallery-gone/never.png");

        await Expect(gallery.Alert).ToContainTextAsync("gallery-gone/never.png");
    }

    [Fact]
    public async Task An_image_that_is_deleted_while_it_is_shown_says_so()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.AnswerAsync(
            "**/api/images?*",
            200,
            """
            {"images":[{"name":"gallery-gone/a.png","bytes":1,"lastModified":null,"tags":[],
            "models":{"vgg16":{"state":"pending","reason":null,"at":null}}}],"continue":null}
            """);
        await gallery.GoAsync("?prefix=gallery-gone/");

        await Expect(gallery.Page.GetByText("It was deleted meanwhile.")).ToBeVisibleAsync();
        await Expect(gallery.Page.GetByText("No preview")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Storage_that_is_away_is_a_sentence_and_trying_again_works()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.AnswerProblemAsync(
            "**/api/images*",
            503,
            "storage-unavailable",
            "Storage cannot be reached",
            "The storage account does not answer at the moment. Try again later.");
        await gallery.GoAsync("?prefix=gallery-none/");
        await Expect(gallery.Alert).ToContainTextAsync("The storage account does not answer at the moment. Try again later.");

        await gallery.Page.UnrouteAllAsync();
        await gallery.Button("Try again").ClickAsync();

        await Expect(gallery.Page.GetByText("No image matches")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_service_that_is_stopped_is_a_sentence()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("?prefix=gallery-none/");
        await Expect(gallery.Page.GetByText("No image matches")).ToBeVisibleAsync();

        await gallery.Page.RouteAsync("**/api/**", route => route.AbortAsync());
        await gallery.Page.Locator("#prefix").FillAsync("gallery-none/x");
        await gallery.Page.Locator("#prefix").PressAsync("Enter");

        await Expect(gallery.Alert).ToContainTextAsync("The service does not answer");
        await Expect(gallery.Alert).ToContainTextAsync("Check that it runs");
    }

    [Theory]
    [InlineData("evaluation.html", "<html>", "cannot be read as JSON")]
    [InlineData("package.json", """{"lists":[],"name":"other"}""", "JSON of another kind")]
    [InlineData("null.json", "null", "JSON of another kind")]
    public async Task A_file_that_is_no_evaluation_is_a_sentence(string name, string content, string sentence)
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("evaluation");

        await gallery.Page.Locator("#report").SetInputFilesAsync(
            GalleryPage.File(name, System.Text.Encoding.UTF8.GetBytes(content), "application/json"));

        await Expect(gallery.Alert).ToContainTextAsync(sentence);
        Assert.Empty(gallery.Complaints);
    }

    [Fact]
    public async Task An_address_that_is_no_view_and_an_upload_of_another_browser_are_sentences()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);

        await gallery.GoAsync("__proto__");
        await Expect(gallery.Page.GetByText("There is no such view")).ToBeVisibleAsync();
        await gallery.GoAsync("constructor");
        await Expect(gallery.Page.GetByText("There is no such view")).ToBeVisibleAsync();
        await gallery.GoAsync("search?upload=of-another-browser");
        await Expect(gallery.Alert).ToContainTextAsync("This browser no longer has that image");
    }
}
