using System.Text.Json;

namespace Pipeline.Tests.Contracts;

/// <summary>What a response looks like on the wire: names, their order, and enums as words.</summary>
public class ResponseJsonTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ImageInfo Image = new("a.jpg", 97, 61, "0a1b");

    [Fact]
    public void Similar_images() => AssertJson(
        """
        {"query":{"name":null,"width":97,"height":61,"contentHash":"0a1b"},
        "models":{"vgg16":{"weights":"imagenet","fingerprint":"0123","images":2,
        "results":[{"name":"b.jpg","cosine":0.5,"duplicate":true,"tags":["beach"],"url":"u","thumbnailUrl":"t"}],"continue":"AQ"}},
        "fused":[{"name":"b.jpg","score":0.25,"ranks":{"vgg16":1},"duplicate":false,"tags":[],"url":"u","thumbnailUrl":"t"}],
        "took":{"decodeMs":1,"embedMs":2,"searchMs":3,"totalMs":4}}
        """,
        new SimilarResponse(
            Image with { Name = null },
            new Dictionary<string, ModelMatches>
            {
                ["vgg16"] = new(WeightsOrigin.ImageNet, "0123", 2, [new SimilarImage("b.jpg", 0.5f, true, ["beach"], "u", "t")], "AQ"),
            },
            [new FusedImage("b.jpg", 0.25, new Dictionary<string, int> { ["vgg16"] = 1 }, false, [], "u", "t")],
            new SimilarTimes(1, 2, 3, 4)));

    [Fact]
    public void Groups_of_duplicates() => AssertJson(
        """
        {"model":"resnet18","weights":"imagenet","fingerprint":"0123","minCosine":0.97,"images":5,"took":{"indexMs":1,"compareMs":2},
        "groups":[{"highestCosine":1,"lowestCosine":0.96,"images":[
        {"name":"b.jpg","width":97,"height":61,"cosine":1,"identical":true,"tags":["x"],"url":"u","thumbnailUrl":"t"},
        {"name":"a.jpg","width":97,"height":61,"cosine":1,"identical":true,"tags":["x"],"url":"u","thumbnailUrl":"t"},
        {"name":"c.jpg","width":48,"height":30,"cosine":0.96,"identical":false,"tags":[],"url":"u","thumbnailUrl":"t"}]}]}
        """,
        new DuplicatesResponse("resnet18", WeightsOrigin.ImageNet, "0123", 0.97f, 5, new DuplicatesTimes(1, 2),
        [
            new DuplicateGroup(1, 0.96f,
            [
                new DuplicateImage("b.jpg", 97, 61, 1, true, ["x"], "u", "t"),
                new DuplicateImage("a.jpg", 97, 61, 1, true, ["x"], "u", "t"),
                new DuplicateImage("c.jpg", 48, 30, 0.96f, false, [], "u", "t"),
            ]),
        ]));

    [Fact]
    public void A_compared_pair() => AssertJson(
        """
        {"a":{"name":"a.jpg","width":97,"height":61,"contentHash":"0a1b"},"b":{"name":"a.jpg","width":97,"height":61,"contentHash":"0a1b"},
        "models":{"vgg16":{"weights":"untrained","fingerprint":"0123","precision":"int8Dense","layer":"fc2","resampling":"quality","cosine":0.5}},
        "took":{"decodeMs":1,"embedMs":2,"totalMs":3}}
        """,
        new CompareResponse(
            Image,
            Image,
            new Dictionary<string, ModelCosine>
            {
                ["vgg16"] = new(WeightsOrigin.Untrained, "0123", Precision.Int8Dense, "fc2", Resampling.Quality, 0.5f),
            },
            new CompareTimes(1, 2, 3)));

    [Fact]
    public void Predictions() => AssertJson(
        """
        {"query":{"name":"a.jpg","width":97,"height":61,"contentHash":"0a1b"},"labelled":true,
        "models":{"vgg16":{"weights":"imagenet","fingerprint":"0123","precision":"float32",
        "predictions":[{"class":883,"wnid":"n04522168","label":"vase","probability":0.5}]}},
        "took":{"decodeMs":1,"predictMs":2,"totalMs":3}}
        """,
        new PredictionsResponse(
            Image,
            true,
            new Dictionary<string, ModelPredictions>
            {
                ["vgg16"] = new(WeightsOrigin.ImageNet, "0123", Precision.Float32, [new Prediction(883, "n04522168", "vase", 0.5f)]),
            },
            new PredictionsTimes(1, 2, 3)));

    [Fact]
    public void An_explained_pair() => AssertJson(
        """
        {"model":"vgg16","weights":"untrained","fingerprint":"0123","precision":"int8Dense","layer":"block5_conv3","method":"block","cosine":0.5,
        "a":{"image":{"name":"a.jpg","width":97,"height":61,"contentHash":"0a1b"},"rows":2,"columns":1,"grid":[[0.25],[0.5]],"min":0.25,"max":0.5},
        "b":{"image":{"name":"a.jpg","width":97,"height":61,"contentHash":"0a1b"},"rows":1,"columns":2,"grid":[[0,1]],"min":0,"max":1},
        "took":{"decodeMs":1,"runMs":2,"totalMs":3}}
        """,
        new ExplainResponse(
            "vgg16",
            WeightsOrigin.Untrained,
            "0123",
            Precision.Int8Dense,
            "block5_conv3",
            ExplainMethod.Block,
            0.5f,
            new ExplainedSide(Image, 2, 1, [[0.25f], [0.5f]], 0.25f, 0.5f),
            new ExplainedSide(Image, 1, 2, [[0, 1]], 0, 1),
            new ExplainTimes(1, 2, 3)));

    [Fact]
    public void A_page_of_images() => AssertJson(
        """
        {"images":[{"name":"a.jpg","bytes":9,"lastModified":"2026-01-02T03:04:05+00:00","models":{
        "vgg16":{"state":"indexed","reason":null,"at":"2026-01-02T03:04:05+00:00"},
        "resnet50":{"state":"failed","reason":"The PNG is damaged.","at":null},
        "other":{"state":"pending","reason":null,"at":null}},"tags":["beach","summer 2026"],"url":"u","thumbnailUrl":"t"}],"continue":null}
        """,
        new ImagesResponse(
            [
                new ListedImage(
                    "a.jpg",
                    9,
                    At,
                    new Dictionary<string, ImageState>
                    {
                        ["vgg16"] = new(IndexingState.Indexed, null, At),
                        ["resnet50"] = new(IndexingState.Failed, "The PNG is damaged.", null),
                        ["other"] = new(IndexingState.Pending, null, null),
                    },
                    ["beach", "summer 2026"],
                    "u",
                    "t"),
            ],
            null));

    [Theory]
    [InlineData(HealthStatus.Ok, "ok")]
    [InlineData(HealthStatus.Unavailable, "unavailable")]
    public void Health(HealthStatus status, string name) => AssertJson(
        $$$$"""
        {"status":"{{{{name}}}}","storage":{"reachable":true,"denied":false},"models":{"vgg16":{"loaded":true,"failedAt":null,
        "weights":"imagenet","precision":"int8Dense","figures":null,"fingerprint":"0123","answersFrom":null,"images":2,"skipped":1,"indexAgeSeconds":null},
        "resnet18":{"loaded":true,"failedAt":null,"weights":"imagenet","precision":"int8",
        "figures":{"maxCosineError":0.004,"meanCosineError":0.001,"top10Overlap":0.995,"images":24},
        "fingerprint":"4567","answersFrom":"89ab","images":2,"skipped":0,"indexAgeSeconds":1.5}},
        "backfill":{"since":"2026-01-02T03:04:05+00:00","queued":40,"done":20,"failed":1,"left":19,"imagesPerSecond":2,"secondsLeft":null}}
        """,
        new HealthResponse(
            status,
            new StorageHealth(true, false),
            new Dictionary<string, ModelHealth>
            {
                ["vgg16"] = new(true, null, WeightsOrigin.ImageNet, Precision.Int8Dense, null, "0123", null, 2, 1, null),
                ["resnet18"] = new(
                    true,
                    null,
                    WeightsOrigin.ImageNet,
                    Precision.Int8,
                    new PrecisionFigures(0.004, 0.001, 0.995, 24),
                    "4567",
                    "89ab",
                    2,
                    0,
                    1.5),
            },
            new BackfillHealth(At, 40, 20, 1, 19, 2, null)));

    [Fact]
    public void Text_outside_of_JSON_has_the_same_names()
    {
        Assert.Equal(["untrained", "imagenet", "own"], Enum.GetValues<WeightsOrigin>().Select(origin => origin.ToJsonName()));
        Assert.Equal(["float32", "int8Dense", "int8"], Enum.GetValues<Precision>().Select(precision => precision.ToJsonName()));
        Assert.Equal(
            ["quality", "keras", "bilinear", "bicubic"], Enum.GetValues<Resampling>().Select(resampling => resampling.ToJsonName()));
        Assert.Throws<ArgumentOutOfRangeException>(() => ((Precision)9).ToJsonName());
    }

    // Written and read again as the app and a client do.
    private static void AssertJson<T>(string expected, T response)
    {
        string json = JsonSerializer.Serialize(response, JsonSerializerOptions.Web);

        Assert.Equal(expected.ReplaceLineEndings(""), json);
        Assert.Equal(
            json, JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web), JsonSerializerOptions.Web));
    }
}
