using System.Text.Json;
using Microsoft.Playwright;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Gallery;

/// <summary>
/// Answers to the page that hold something of every kind: a failed image, one that waits, a link of each state. So what is looked at does
/// not depend on what other tests have stored.
/// </summary>
internal static class CannedAnswers
{
    private const int PageSize = 100;

    /// <summary>The images, which are those of <c>samples/</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Path("samples")).Select(Path.GetFileName).OfType<string>()
            .Where(name => name.Contains('-', StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Answers all requests of the page for data; its own files still come from the app.</summary>
    /// <param name="page">The page.</param>
    /// <param name="images">How many images the list has; those of <c>samples/</c> again and again.</param>
    public static async Task ServeAsync(IPage page, int? images = null)
    {
        string[] names = [.. Enumerable.Range(0, images ?? Names.Count).Select(i =>
            i < Names.Count ? Names[i] : $"more/{i}/{Names[i % Names.Count]}")];
        await page.RouteAsync(address => new Uri(address).AbsolutePath.StartsWith("/api/", StringComparison.Ordinal), async route =>
        {
            var address = new Uri(route.Request.Url);
            string path = Uri.UnescapeDataString(address.AbsolutePath["/api/".Length..]);
            if (path.StartsWith("gallery", StringComparison.Ordinal))
            {
                await route.ContinueAsync();
            }
            else if (path.StartsWith("thumbnails/", StringComparison.Ordinal))
            {
                string file = Repository.Path("samples", path.Split('/')[^1]);
                await route.FulfillAsync(new RouteFulfillOptions { Path = file });
            }
            else
            {
                await route.FulfillAsync(new RouteFulfillOptions
                {
                    ContentType = "application/json",
                    Body = JsonSerializer.Serialize(
                        Answer(path, names, System.Web.HttpUtility.ParseQueryString(address.Query)["continue"])),
                });
            }
        });
    }

    private static object Answer(string path, string[] names, string? from) => path.Split('/')[0] switch
    {
        "images" when path == "images" => Page(names, int.Parse(from ?? "0", System.Globalization.CultureInfo.InvariantCulture)),
        "images" => Entry(path["images/".Length..], 1),
        "similar" => Similar(),
        "explain" => new
        {
            model = "resnet18", weights = "imagenet", layer = "z", method = "embedding", cosine = 0.838,
            a = Side("vase-1.jpg"), b = Side("vase-2.jpg"),
        },
        "duplicates" => new
        {
            model = "resnet18", weights = "imagenet", minCosine = 0.9, images = names.Length,
            groups = new[] { new { images = new[] { Copy("vase-1.jpg", 1), Copy("vase-2.jpg", 0.95) } } },
        },
        "links" => new { links = Links(), @continue = (string?)null },
        "health" => new
        {
            status = "unavailable", storage = new { reachable = false, denied = false },
            models = new { vgg16 = Model("untrained"), resnet50 = Model("own"), resnet18 = Model("imagenet") },
            backfill = new
            {
                since = "2026-11-29T06:00:00Z", queued = 100, done = 60, failed = 1, left = 39, imagesPerSecond = 4, secondsLeft = 10,
            },
        },
        _ => throw new ArgumentException($"There is no answer to {path}."),
    };

    private static object Page(string[] names, int from) => new
    {
        images = names.Skip(from).Take(PageSize).Select((name, index) => Entry(name, from + index)),
        @continue = from + PageSize < names.Length ? $"{from + PageSize}" : null,
    };

    private static object Entry(string name, int index) => new
    {
        name,
        bytes = 34_567,
        lastModified = "2026-11-29T06:00:00Z",
        tags = new[] { name.Split('/')[^1].Split('-')[0], "sample" },
        models = new
        {
            vgg16 = index % 7 == 1
                ? State("failed", "The image is damaged: its last rows are missing. Upload it again.")
                : State("indexed"),
            resnet18 = State(index == 3 ? "pending" : "indexed"),
        },
    };

    private static object State(string state, string? reason = null) => new { state, reason, at = "2026-11-29T06:00:00Z" };

    private static object Similar()
    {
        var first = Names.Skip(1).Take(5)
            .Select((name, i) => new { name, cosine = 0.95 - (i * 0.1), duplicate = i == 0, tags = new[] { "a" } });
        var second = Names.Skip(3).Take(5)
            .Select((name, i) => new { name, cosine = 0.3 - (i * 0.1), duplicate = false, tags = Array.Empty<string>() });
        return new
        {
            query = new { name = "fish-1.jpg", width = 480, height = 360 },
            models = new
            {
                vgg16 = new { weights = "untrained", images = 24, results = first, @continue = (string?)"x" },
                resnet18 = new { weights = "imagenet", images = 24, results = second, @continue = (string?)null },
            },
            fused = second.Select(match => new
            {
                match.name, score = 1.5, ranks = new { resnet18 = 1 }, match.duplicate, match.tags,
            }),
            took = new { totalMs = 12.5 },
        };
    }

    private static object Side(string name) => new
    {
        image = new { name, width = 480, height = 360 }, rows = 2, columns = 2, min = 0.1, max = 0.9,
        grid = new[] { new[] { 0.1, 0.9 }, [0.4, 0.5] },
    };

    private static object Copy(string name, double cosine) => new { name, width = 480, height = 360, cosine, identical = cosine == 1 };

    private static object Model(string weights) => new
    {
        loaded = weights != "own", failedAt = weights == "own" ? "2026-11-29T06:00:00Z" : null, weights, precision = "float32",
        fingerprint = "1ffd52b0aa01", answersFrom = weights == "own" ? "0011aabbccdd" : null, images = 24, skipped = 2,
        indexAgeSeconds = weights == "own" ? (double?)null : 1.5,
    };

    private static object[] Links() =>
    [
        Link("1", "stored", "image", "sailboat-1.jpg", "Harbour at noon", null),
        Link("2", "stored", "page", "house-1.jpg", "A page about houses", null),
        Link("3", "fetching", "unknown", null, null, null),
        Link("4", "failed", "unknown", null, null, "The server answered 404. Correct the address, or remove the link."),
    ];

    private static object Link(string id, string state, string kind, string? imageName, string? title, string? reason) => new
    {
        id, url = $"https://example.org/{id}", kind, state, reason, title, imageName, tags = new[] { "reading" },
        addedAt = "2026-11-29T06:00:00Z", fetchedAt = "2026-11-29T06:01:00Z",
        versions = new[] { new { at = "2026-11-29T06:01:00Z", cosineToPrevious = id == "2" ? 0.943 : (double?)null } },
    };
}
