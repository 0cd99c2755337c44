using System.Globalization;
using System.Text.Json;
using System.Web;
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
    private const string Fingerprint = "1ffd52b0aa01";

    private static readonly DateTimeOffset At = new(2026, 11, 29, 6, 0, 0, TimeSpan.Zero);

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
                        Answer(path, names, HttpUtility.ParseQueryString(address.Query)["continue"]), JsonSerializerOptions.Web),
                });
            }
        });
    }

    private static object Answer(string path, string[] names, string? from) => path.Split('/')[0] switch
    {
        "images" when path == "images" => Page(names, int.Parse(from ?? "0", CultureInfo.InvariantCulture)),
        "images" => Entry(path["images/".Length..], 1),
        "similar" => Similar(),
        "explain" => new ExplainResponse(
            "resnet18", WeightsOrigin.ImageNet, Fingerprint, Precision.Float32, "z", ExplainMethod.Embedding, 0.838f,
            Side("vase-1.jpg"), Side("vase-2.jpg"), new ExplainTimes(1, 2, 3)),
        "duplicates" => new DuplicatesResponse(
            "resnet18", WeightsOrigin.ImageNet, Fingerprint, 0.9f, names.Length, new DuplicatesTimes(1, 2),
            [new DuplicateGroup(0.95f, 0.95f, [Copy("vase-1.jpg", 1), Copy("vase-2.jpg", 0.95f)])]),
        "links" => new LinksResponse(Links(), null),
        "health" => new HealthResponse(
            HealthStatus.Unavailable,
            new StorageHealth(false, false),
            new Dictionary<string, ModelHealth>
            {
                ["vgg16"] = Model(WeightsOrigin.Untrained),
                ["resnet50"] = Model(WeightsOrigin.Own) with
                {
                    Loaded = false, FailedAt = At, AnswersFrom = "0011aabbccdd", IndexAgeSeconds = null,
                },
                ["resnet18"] = Model(WeightsOrigin.ImageNet),
            },
            new BackfillHealth(At, 100, 60, 1, 39, 4, 10)),
        _ => throw new ArgumentException($"There is no answer to {path}."),
    };

    private static ImagesResponse Page(string[] names, int from) => new(
        [.. names.Skip(from).Take(PageSize).Select((name, index) => Entry(name, from + index))],
        from + PageSize < names.Length ? $"{from + PageSize}" : null);

    private static ListedImage Entry(string name, int index) => new(
        name,
        34_567,
        At,
        new Dictionary<string, ImageState>
        {
            ["vgg16"] = index % 7 == 1
                ? new ImageState(IndexingState.Failed, "The image is damaged: its last rows are missing. Upload it again.", At)
                : new ImageState(IndexingState.Indexed, null, At),
            ["resnet18"] = new ImageState(index == 3 ? IndexingState.Pending : IndexingState.Indexed, null, At),
        },
        [name.Split('/')[^1].Split('-')[0], "sample"],
        $"/api/content/{name}",
        $"/api/thumbnails/{name}");

    private static SimilarResponse Similar()
    {
        SimilarImage[] first = [.. Names.Skip(1).Take(5).Select((name, i) => Found(name, 0.95f - (i * 0.1f), i == 0, ["a"]))];
        SimilarImage[] second = [.. Names.Skip(3).Take(5).Select((name, i) => Found(name, 0.3f - (i * 0.1f), false, []))];
        return new SimilarResponse(
            Info("fish-1.jpg"),
            new Dictionary<string, ModelMatches>
            {
                ["vgg16"] = new ModelMatches(WeightsOrigin.Untrained, Fingerprint, 24, first, "x"),
                ["resnet18"] = new ModelMatches(WeightsOrigin.ImageNet, Fingerprint, 24, second, null),
            },
            [
                .. second.Select(match => new FusedImage(
                    match.Name, 1.5, new Dictionary<string, int> { ["resnet18"] = 1 }, match.Duplicate, match.Tags, match.Url,
                    match.ThumbnailUrl)),
            ],
            new SimilarTimes(1, 2, 3, 12.5));
    }

    private static SimilarImage Found(string name, float cosine, bool duplicate, string[] tags) =>
        new(name, cosine, duplicate, tags, $"/api/content/{name}", $"/api/thumbnails/{name}");

    private static ImageInfo Info(string name) => new(name, 480, 360, new string('0', 64));

    private static ExplainedSide Side(string name) => new(Info(name), 2, 2, [[0.1f, 0.9f], [0.4f, 0.5f]], 0.1f, 0.9f);

    private static DuplicateImage Copy(string name, float cosine) =>
        new(name, 480, 360, cosine, cosine == 1, [], $"/api/content/{name}", $"/api/thumbnails/{name}");

    private static ModelHealth Model(WeightsOrigin weights) =>
        new(true, null, weights, Precision.Float32, null, Fingerprint, null, 24, 2, 1.5);

    private static Link[] Links() =>
    [
        Link("1", LinkState.Stored, LinkKind.Image, "sailboat-1.jpg", "Harbour at noon", null),
        Link("2", LinkState.Stored, LinkKind.Page, "house-1.jpg", "A page about houses", null),
        Link("3", LinkState.Fetching, null, null, null, null),
        Link("4", LinkState.Failed, null, null, null, "The server answered 404. Correct the address, or remove the link."),
    ];

    private static Link Link(string id, LinkState state, LinkKind? kind, string? imageName, string? title, string? reason) => new(
        id, $"https://example.org/{id}", kind, state, reason, title, imageName, ["reading"], At, At.AddMinutes(1),
        [new LinkVersion(At.AddMinutes(1), new string('0', 64), id == "2" ? 0.943f : null)]);
}
