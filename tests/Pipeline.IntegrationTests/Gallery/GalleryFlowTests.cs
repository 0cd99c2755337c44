using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipeline.IntegrationTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Pipeline.IntegrationTests.Gallery;

/// <summary>What people do in the gallery, in a browser against the real app.</summary>
[Collection(nameof(RunningGallery))]
public sealed partial class GalleryFlowTests(RunningGallery pipeline)
{
    [Fact]
    public async Task Images_that_are_added_show_their_progress_and_are_indexed_by_all_models()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("?prefix=gallery-add/");
        await Expect(gallery.Page.GetByText("No image matches")).ToBeVisibleAsync();
        await gallery.Page.GetByText("Uploads go to…").ClickAsync();
        await gallery.Page.Locator("#upload-tags").FillAsync("Blue, from the Sea");

        await gallery.Page.Locator("input[type=file][multiple]").SetInputFilesAsync(
        [
            GalleryPage.File("one.bmp", TestImages.LargeBitmap(224, 160, 9101), "image/bmp"),
            GalleryPage.File("two.bmp", TestImages.LargeBitmap(224, 160, 9102), "image/bmp"),
            GalleryPage.File("no image.png", "not an image"u8.ToArray()),
        ]);

        await Expect(gallery.Tile("gallery-add/one.bmp").Locator(".states .indexed")).ToHaveCountAsync(2);
        await Expect(gallery.Tile("gallery-add/two.bmp").Locator(".states .indexed")).ToHaveCountAsync(2);
        await Expect(gallery.Tile("gallery-add/two.bmp").Locator(".tags li")).ToHaveTextAsync(["blue", "from the sea"]);
        await Expect(gallery.Page.Locator(".uploads li", new PageLocatorOptions { HasText = "no image.png" }))
            .ToContainTextAsync("JPEG, PNG, WebP, GIF, BMP and TIFF");
        await gallery.Page.Locator("#prefix").FillAsync("gallery-add/t");
        await gallery.Page.Locator("#prefix").PressAsync("Enter");
        await Expect(gallery.Page.Locator(".tile")).ToHaveCountAsync(1);
        Assert.Equal("#/?prefix=gallery-add%2Ft", await gallery.Page.EvaluateAsync<string>("location.hash"));
        await gallery.Page.GoBackAsync();
        await Expect(gallery.Page.Locator(".tile")).ToHaveCountAsync(2);
        Assert.Empty(gallery.Complaints);
    }

    [Fact]
    public async Task An_image_of_a_name_that_is_taken_replaces_it_only_when_asked()
    {
        await pipeline.UploadAndWaitAsync(("gallery-same/a.bmp", TestImages.LargeBitmap(64, 64, 9111)));
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("?prefix=gallery-same/");

        await gallery.Page.Locator("input[type=file][multiple]").SetInputFilesAsync(
            GalleryPage.File("a.bmp", TestImages.LargeBitmap(128, 64, 9112), "image/bmp"));
        await Expect(gallery.Page.GetByText("An image of this name is stored already.")).ToBeVisibleAsync();
        long before = (await pipeline.App.GetAsync("images/gallery-same/a.bmp"))["bytes"]!.GetValue<long>();
        await gallery.Button("Replace it").ClickAsync();
        await Expect(gallery.Page.Locator(".uploads .states .indexed")).ToHaveCountAsync(2);

        long after = (await pipeline.App.GetAsync("images/gallery-same/a.bmp"))["bytes"]!.GetValue<long>();
        Assert.True(after > before, $"It has {after} bytes after it was replaced, and had {before}.");
    }

    [Fact]
    public async Task A_search_has_a_column_for_each_model_and_marks_what_only_one_finds()
    {
        await pipeline.UploadAndWaitAsync(
            [.. Enumerable.Range(0, 6).Select(i => ($"gallery-search/{i}.bmp", TestImages.LargeBitmap(224, 224, 9120 + i)))]);
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("?prefix=gallery-search/");

        await gallery.Tile("gallery-search/0.bmp").Locator(".tile-image").ClickAsync();
        await gallery.Page.Locator("#prefix").FillAsync("gallery-search/");
        await gallery.Page.Locator("#top").FillAsync("2");
        await gallery.Page.Locator("#top").PressAsync("Enter");
        await Expect(gallery.Column("vgg16").Locator(".match")).ToHaveCountAsync(2);
        await Expect(gallery.Column("resnet50").Locator(".match")).ToHaveCountAsync(2);
        await Expect(gallery.Column("All together").Locator(".match")).Not.ToHaveCountAsync(0);

        string[] vgg = await NamesAsync(gallery.Column("vgg16"));
        string[] resnet = await NamesAsync(gallery.Column("resnet50"));
        Assert.Equal(vgg.Except(resnet).Count(), await gallery.Column("vgg16").Locator(".badge.only").CountAsync());
        Assert.Equal(resnet.Except(vgg).Count(), await gallery.Column("resnet50").Locator(".badge.only").CountAsync());
        await Expect(gallery.Column("vgg16").Locator(".number").First).ToHaveTextAsync(Cosine());

        await gallery.Column("vgg16").Locator(".match-image").First.FocusAsync();
        Assert.Equal(
            new HashSet<string> { vgg[0] },
            [.. await gallery.Page.Locator(".same-image").EvaluateAllAsync<string[]>("all => all.map(one => one.dataset.name)")]);
        await gallery.Column("vgg16").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "More" }).ClickAsync();
        await Expect(gallery.Column("vgg16").Locator(".match")).ToHaveCountAsync(4);
        Assert.Empty(gallery.Complaints);
    }

    [Fact]
    public async Task A_part_of_an_image_is_cut_out_in_the_browser_and_the_address_holds_it()
    {
        await pipeline.UploadAndWaitAsync(
            ("gallery-crop/a.bmp", TestImages.LargeBitmap(224, 224, 9131)), ("gallery-crop/b.bmp", TestImages.LargeBitmap(224, 224, 9132)));
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.Page.AddInitScriptAsync("""
            const send = window.fetch;
            window.fetch = async (address, options) => {
              if (options?.body instanceof Blob) {
                const image = await createImageBitmap(options.body);
                window.sent = [image.width, image.height];
              }
              return send(address, options);
            };
            """);
        await gallery.GoAsync("search?prefix=gallery-crop/");
        await gallery.Page.Locator("input[type=file]:not([capture])").SetInputFilesAsync(
            GalleryPage.File("dropped.bmp", TestImages.LargeBitmap(200, 100, 9133), "image/bmp"));
        await Expect(gallery.Column("vgg16").Locator(".match")).ToHaveCountAsync(2);

        await DragAsync(gallery.Page, 0.5f, 0, 1, 0.5f);
        await Expect(gallery.Page.GetByText("Only the part in the frame is searched.")).ToBeVisibleAsync();
        await Expect(gallery.Column("vgg16").Locator(".match")).ToHaveCountAsync(2);

        int[] part = await gallery.Page.EvaluateAsync<int[]>("window.sent");
        Assert.InRange(part[0], 97, 103);
        Assert.InRange(part[1], 47, 53);
        string address = gallery.Page.Url;
        Assert.Contains("upload=", address, StringComparison.Ordinal);
        Assert.Contains("crop=0.", address, StringComparison.Ordinal);
        await gallery.Page.ReloadAsync();
        await Expect(gallery.Column("vgg16").Locator(".match")).ToHaveCountAsync(2);
        await gallery.Page.Locator(".crop-frame").PressAsync("Shift+ArrowLeft");
        await Expect(gallery.Page.Locator(".crop-frame")).ToBeFocusedAsync();
        await gallery.Page.GoBackAsync();
        await Expect(gallery.Page).ToHaveURLAsync(address);
        Assert.Empty(gallery.Complaints);
    }

    [Fact]
    public async Task Of_a_group_of_duplicates_one_is_kept_and_the_rest_is_deleted_after_a_question()
    {
        byte[] image = TestImages.LargeBitmap(224, 224, 9141);
        await pipeline.UploadAndWaitAsync(
            ("gallery-copies/a.bmp", image), ("gallery-copies/b.bmp", image), ("gallery-copies/c.bmp", image));
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("duplicates?prefix=gallery-copies/&minCosine=0.9999");

        await gallery.Page.GetByRole(AriaRole.Radio, new PageGetByRoleOptions { Name = "Keep gallery-copies/b.bmp" }).CheckAsync();
        await gallery.Button("Delete the other 2").ClickAsync();
        ILocator dialog = gallery.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.Locator("li")).ToHaveTextAsync(["gallery-copies/a.bmp", "gallery-copies/c.bmp"]);
        await dialog.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Cancel" }).ClickAsync();
        Assert.Equal(3, await StoredAsync());
        await gallery.Button("Delete the other 2").ClickAsync();
        await gallery.Page.GetByRole(AriaRole.Dialog).GetByRole(
            AriaRole.Button, new LocatorGetByRoleOptions { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(gallery.Page.GetByText("2 images deleted. gallery-copies/b.bmp is kept.")).ToBeVisibleAsync();

        Assert.Equal(1, await StoredAsync());
        Assert.Empty(gallery.Complaints);

        async Task<int> StoredAsync() => (await pipeline.App.GetAsync("images?prefix=gallery-copies/"))["images"]!.AsArray().Count;
    }

    [Fact]
    public async Task Tags_are_added_and_removed_and_one_that_is_not_allowed_is_a_sentence()
    {
        await pipeline.UploadAsync("gallery-tags/a.bmp", TestImages.Bitmap(9151));
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("image?name=gallery-tags/a.bmp");
        ILocator tags = gallery.Page.Locator(".tag-editor .tags a");

        await AddAsync("Summer,  the   SEA ");
        await Expect(tags).ToHaveTextAsync(["summer", "the sea"]);
        await AddAsync(new string('x', 300));
        await Expect(gallery.Alert).ToContainTextAsync("100");
        await Expect(tags).ToHaveTextAsync(["summer", "the sea"]);
        await gallery.Button("Remove the tag summer").ClickAsync();
        await Expect(tags).ToHaveTextAsync(["the sea"]);
        await tags.First.ClickAsync();
        await Expect(gallery.Tile("gallery-tags/a.bmp")).ToBeVisibleAsync();
        Assert.Empty(gallery.Complaints);

        async Task AddAsync(string text)
        {
            await gallery.Page.GetByLabel("Add tags").FillAsync(text);
            await gallery.Button("Add").ClickAsync();
        }
    }

    [Fact]
    public async Task Health_shows_the_models_and_their_indexes()
    {
        await using GalleryPage gallery = await GalleryPage.OpenAsync(pipeline);
        await gallery.GoAsync("health");

        await Expect(gallery.Page.GetByText("All parts work.")).ToBeVisibleAsync();
        await Expect(gallery.Page.Locator("tbody tr th")).ToHaveTextAsync(["vgg16", "resnet50"]);
        Assert.Empty(gallery.Complaints);
    }

    private static Task<string[]> NamesAsync(ILocator column) =>
        column.Locator(".match").EvaluateAllAsync<string[]>("all => all.map(one => one.dataset.name)");

    private static async Task DragAsync(IPage page, float fromX, float fromY, float toX, float toY)
    {
        LocatorBoundingBoxResult box = (await page.Locator(".crop-area").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width * fromX), box.Y + (box.Height * fromY) + 1);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * toX) - 1, box.Y + (box.Height * toY));
        await page.Mouse.UpAsync();
    }

    [GeneratedRegex(@"^-?[01]\.\d{3}$")]
    private static partial Regex Cosine();
}
