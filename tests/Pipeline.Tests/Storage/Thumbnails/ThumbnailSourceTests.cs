using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Storage;
using Pipeline.Storage.Thumbnails;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Storage.Thumbnails;

public sealed class ThumbnailSourceTests : IDisposable
{
    private readonly WatchedImages _images = new() { Content = ReferenceImage.Read("baseline.jpg") };
    private readonly InMemoryState _kept = new(TimeProvider.System);
    private readonly ImageDecoder _decoder = new(new ImageLimits());
    private readonly ThumbnailSource _source;

    public ThumbnailSourceTests() =>
        _source = new ThumbnailSource(new ImagesContainer(_images), new ThumbnailBlobs(_kept), _decoder);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _source.Dispose();
        _decoder.Dispose();
    }

    [Theory]
    [InlineData("vase-1.jpg", 256, 256, 192)]
    [InlineData("vase-1.jpg", 512, 480, 360)]
    [InlineData("vase-3.png", 256, 192, 256)]
    public async Task A_thumbnail_fits_a_square_in_the_images_aspect_ratio_and_is_never_enlarged(
        string sample, int side, int width, int height)
    {
        _images.Content = await File.ReadAllBytesAsync(Repository.Path("samples", sample), CancellationToken);

        RgbImage thumbnail = Picture.Decode((await FindAsync("a.jpg", side))!.Jpeg!.Value.ToArray());

        Assert.Equal((width, height), (thumbnail.Width, thumbnail.Height));
    }

    // Also a line, of which nothing would be left in its aspect ratio.
    [Theory]
    [InlineData(20_000, 1, 256, 1)]
    [InlineData(1, 20_000, 1, 256)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(257, 256, 256, 255)]
    public async Task Any_shape_has_a_thumbnail_of_at_least_a_pixel_each_way(int width, int height, int thumbnailWidth, int thumbnailHeight)
    {
        _images.Content = ImageEncoder.ToPng(Picture.Draw(width, height, (x, y) => (byte)(x + y)));

        RgbImage thumbnail = Picture.Decode((await FindAsync("a.png", 256))!.Jpeg!.Value.ToArray());

        Assert.Equal((thumbnailWidth, thumbnailHeight), (thumbnail.Width, thumbnail.Height));
    }

    // The reference is decoded and resized by libvips at once; the difference is that of a JPEG of quality 80.
    [Fact]
    public async Task A_thumbnail_shows_the_image()
    {
        _images.Content = await File.ReadAllBytesAsync(Repository.Path("samples", "vase-1.jpg"), CancellationToken);
        DecodedImage expected = await _decoder.DecodeAsync(_images.Content, 256, 192, Resampling.Quality, CancellationToken);

        RgbImage thumbnail = Picture.Decode((await FindAsync("a.jpg", 256))!.Jpeg!.Value.ToArray());

        Assert.InRange(
            thumbnail.Pixels.ToArray().Zip(expected.Pixels.Pixels.ToArray(), (x, y) => Math.Abs(x - y)).Average(), 0, 5);
    }

    [Fact]
    public async Task A_version_of_an_image_is_read_once_for_each_size()
    {
        Thumbnail first = (await FindAsync("a.jpg", 256))!;
        Thumbnail again = (await FindAsync("a.jpg", 256))!;
        Thumbnail larger = (await FindAsync("a.jpg", 512))!;
        Thumbnail known = (await _source.FindAsync("a.jpg", 256, etag => etag == first.ETag, CancellationToken))!;

        Assert.Equal(first.ETag, again.ETag);
        Assert.Equal(first.Jpeg!.Value.ToArray(), again.Jpeg!.Value.ToArray());
        Assert.NotEqual(first.ETag, larger.ETag);
        Assert.Equal((first.ETag, null), (known.ETag, known.Jpeg));
        Assert.Equal((2, 2), (_images.Reads, _kept.Names.Length));
    }

    [Fact]
    public void Thumbnails_are_named_by_the_images_key_and_version_and_size_and_not_by_its_name()
    {
        var id = new ImageId("images", "../<b>ü/a.jpg");

        string name = new ThumbnailId(id, "\"0x8DC\"", 512).BlobName;

        // printf '"0x8DC"' | sha256sum
        Assert.Equal($"{id.Key}/a4af7c1b88a3b912-512.jpg", name);
        Assert.Equal(name, new ThumbnailId(id, "\"other\"", 512) { ImageETag = "\"0x8DC\"" }.BlobName);
    }

    [Fact]
    public async Task A_new_version_replaces_the_thumbnails_of_the_one_before()
    {
        Thumbnail old = (await FindAsync("a.jpg", 256))!;
        await FindAsync("a.jpg", 512);
        await FindAsync("b.jpg", 256);
        _images.ETag = "0x2";
        _images.Content = ReferenceImage.Read("checks.png");

        Thumbnail now = (await FindAsync("a.jpg", 256))!;

        Assert.NotEqual(old.ETag, now.ETag);
        Assert.NotEqual(old.Jpeg!.Value.ToArray(), now.Jpeg!.Value.ToArray());
        Assert.Equal(["a.jpg", "b.jpg"], Images().Order());
        Assert.Equal(2, _kept.Names.Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0x2")]
    public async Task An_image_that_is_deleted_or_replaced_while_its_thumbnail_is_made_leaves_none(string? after)
    {
        _images.AfterRead = () => _images.ETag = after;

        Assert.NotNull(await FindAsync("a.jpg", 256));

        Assert.Empty(_kept.Names);
    }

    [Fact]
    public async Task All_thumbnails_of_a_removed_image_are_deleted_and_those_of_others_stay()
    {
        var blobs = new ThumbnailBlobs(_kept);
        await blobs.DeleteAsync(new ImageId("images", "a.jpg"), CancellationToken);
        await FindAsync("a.jpg", 256);
        await FindAsync("a.jpg", 512);
        await FindAsync("b.jpg", 256);

        await blobs.DeleteAsync(new ImageId("images", "a.jpg"), CancellationToken);

        Assert.Equal(["b.jpg"], Images());
    }

    [Fact]
    public async Task Of_a_page_of_images_half_as_many_are_read_at_once_as_there_are_processors()
    {
        _images.DuringRead = stop => Task.Delay(5, stop);

        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => FindAsync($"{i}.jpg", 256)));

        Assert.Equal(30, _images.Reads);
        Assert.InRange(_images.MostAtOnce, 1, Math.Max(1, Environment.ProcessorCount / 2));
    }

    [Fact]
    public async Task A_caller_that_leaves_gives_its_turn_to_the_next()
    {
        using var left = new CancellationTokenSource();
        _images.DuringRead = stop => Task.Delay(Timeout.Infinite, stop);
        Task[] leaving = [.. Enumerable.Range(0, 8).Select(i => _source.FindAsync($"{i}.jpg", 256, _ => false, left.Token))];
        await left.CancelAsync();
        _images.DuringRead = _ => Task.CompletedTask;

        await Assert.AllAsync(leaving, task => Assert.ThrowsAnyAsync<OperationCanceledException>(() => task));
        Assert.NotNull(await FindAsync("a.jpg", 256));
    }

    [Fact]
    public async Task What_is_no_image_is_refused_by_name_and_nothing_is_kept_of_it()
    {
        _images.Content = "no image"u8.ToArray();

        InvalidImageException invalid = await Assert.ThrowsAsync<InvalidImageException>(() => FindAsync("a.jpg", 256));

        Assert.Equal(("a.jpg", ImageFault.UnsupportedFormat), (invalid.Image, invalid.Rejection.Fault));
        Assert.Empty(_kept.Names);
    }

    [Fact]
    public async Task An_image_that_is_not_there_has_no_thumbnail()
    {
        await FindAsync("a.jpg", 256);
        _images.ETag = null;

        Assert.Null(await FindAsync("a.jpg", 256));
    }

    private Task<Thumbnail?> FindAsync(string name, int side) => _source.FindAsync(name, side, _ => false, CancellationToken);

    /// <summary>Of which images there are thumbnails.</summary>
    private IEnumerable<string> Images() => new[] { "a.jpg", "b.jpg" }
        .Where(name => _kept.Names.Any(kept => kept.StartsWith(new ImageId("images", name).Key, StringComparison.Ordinal)));
}
