using System.IO.Compression;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Imaging;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.IntegrationTests.ModelBuilding;
using Pipeline.Links.Fence;
using Pipeline.Links.Fetching;

namespace Pipeline.IntegrationTests.Links;

/// <summary>What servers send that want to fill the memory, measured in this process, servers included.</summary>
[Collection(nameof(Alone))]
public sealed class LinkMemoryTests
{
    private static readonly byte[] Vase = File.ReadAllBytes(Repository.Path("samples", "vase-1.jpg"));

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("damaged.jpg", "not accepted", false)]
    [InlineData("text", "neither an image nor a page", false)]
    [InlineData("lies.jpg", "'image/jpeg'", false)]
    [InlineData("empty", "without content", false)]
    [InlineData("missing", "404", false)]
    [InlineData("for-ever", "more than 5 times", false)]
    [InlineData("to-metadata", "public internet", false)]
    [InlineData("to-inside", "port", false)]
    [InlineData("to-file", "http://", false)]
    [InlineData("huge", "20 MB", false)]
    [InlineData("packed", "20 MB", false)]
    [InlineData("hangs", "too slow", true)]
    [InlineData("hangs-later", "too slow", true)]
    public async Task What_cannot_be_fetched_is_a_sentence_that_says_why(string path, string reason, bool isWorthRetrying)
    {
        await using LinkSite site = await LinkSite.StartAsync();
        await using ServiceProvider services = site.Services(browser: null);
        using var fetcher = new LinkFetcher(services.GetRequiredService<AddressFence>(), services.GetRequiredService<ImageDecoder>())
        {
            IdleTime = TimeSpan.FromSeconds(1),
        };
        long before = GC.GetTotalAllocatedBytes();

        LinkException failed = await Assert.ThrowsAsync<LinkException>(
            () => fetcher.FetchAsync(new Uri(site.Address, path), CancellationToken));

        Assert.Contains(reason, failed.Message, StringComparison.Ordinal);
        Assert.Equal(isWorthRetrying, failed.IsWorthRetrying);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 400_000_000);
        Assert.Empty(site.AskedInside);
    }

    [Fact]
    public async Task Two_gigabytes_are_cut_off_at_the_limit_and_not_held_in_memory()
    {
        await using FileServer server = await FileServer.StartAsync(async (context, _) =>
        {
            byte[] chunk = new byte[1024 * 1024];
            Vase.AsSpan(0, 16).CopyTo(chunk);
            context.Response.ContentLength = 2048L * chunk.Length;
            for (int index = 0; index < 2048 && !context.RequestAborted.IsCancellationRequested; index++)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        });
        await using var links = LinkFetching.For(server);
        long before = GC.GetTotalAllocatedBytes();

        LinkException refused = await links.RefusalOfAsync(server);

        Assert.Contains("more than 20 MB", refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200L * 1024 * 1024);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task What_is_packed_is_counted_as_it_unpacks(string encoding)
    {
        // A gigabyte in a megabyte, or in less.
        using var packed = new MemoryStream();
        await using (Stream packing = encoding == "gzip"
            ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)
            : new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] chunk = new byte[1024 * 1024];
            await packing.WriteAsync(Vase.AsMemory(0, 16), CancellationToken);
            for (int index = 0; index < 1024; index++)
            {
                await packing.WriteAsync(chunk, CancellationToken);
            }
        }

        await using FileServer server = await FileServer.StartAsync(async (context, _) =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            await context.Response.Body.WriteAsync(packed.ToArray(), context.RequestAborted);
        });
        await using var links = LinkFetching.For(server);
        long before = GC.GetTotalAllocatedBytes();

        LinkException refused = await links.RefusalOfAsync(server);

        Assert.Contains("more than 20 MB", refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200L * 1024 * 1024);
    }
}
