using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Functions.Endpoints;
using Pipeline.Functions.Http;
using Pipeline.ModelBuilding;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Tests.Models;

namespace Pipeline.Tests.Functions;

/// <summary>What a query may say, and what it is told where it may not.</summary>
public class QueryTests(SmallModels models) : IClassFixture<SmallModels>
{
    private IReadOnlyList<InstalledModel> Installed => models.Sessions.Models;

    [Theory]
    [InlineData("", 5, "vgg16 resnet50")]
    [InlineData("?top=100&model=ResNet50", 100, "resnet50")]
    [InlineData("?top=1", 1, "vgg16 resnet50")]
    public void Predictions_are_five_by_all_models_unless_asked_otherwise(string query, int top, string keys)
    {
        PredictionsQuery parsed = PredictionsQuery.Parse(Request(query).Query, Installed);

        Assert.Equal((top, keys), (parsed.Top, string.Join(' ', parsed.Models.Select(model => model.Key))));
    }

    [Theory]
    [InlineData("?top=0", "top is a whole number from 1 to 100")]
    [InlineData("?top=101", "top is a whole number from 1 to 100")]
    [InlineData("?top=", "top is a whole number from 1 to 100")]
    [InlineData("?model=alexnet", "model is vgg16 or resnet50, or left out for all")]
    public void A_wrong_query_for_predictions_is_told_what_is_allowed(string query, string detail) =>
        AssertProblem(() => PredictionsQuery.Parse(Request(query).Query, Installed), 400, "invalid-parameter", detail);

    [Theory]
    [InlineData("?minCosine=2", "minCosine is a number from -1 to 1")]
    [InlineData("?minCosine=NaN", "minCosine is a number from -1 to 1")]
    [InlineData("?includeSelf=yes", "includeSelf is true or false")]
    [InlineData("?prefix=LONG", "prefix takes at most 1024 characters")]
    public void A_wrong_query_for_similar_images_is_told_what_is_allowed(string query, string detail) => AssertProblem(
        () => SimilarQuery.Parse(
            Request(query.Replace("LONG", new string('x', 1025), StringComparison.Ordinal)).Query, Installed),
        400,
        "invalid-parameter",
        detail);

    [Fact]
    public void A_query_for_similar_images_is_about_all_of_them_unless_it_says_otherwise()
    {
        SimilarQuery all = SimilarQuery.Parse(Request("").Query, Installed);
        SimilarQuery some = SimilarQuery.Parse(Request("?prefix=a%2fB&minCosine=0.5&top=3&includeSelf=true&model=vgg16").Query, Installed);

        Assert.Equal((10, -1f, "", false), (all.Top, all.MinCosine, all.Prefix, all.IncludeSelf));
        Assert.Equal((3, 0.5f, "a/B", true), (some.Top, some.MinCosine, some.Prefix, some.IncludeSelf));
        Assert.Equal(Installed, some.Serving);
        Assert.Equal([Installed[0]], some.Models);
    }

    [Fact]
    public void A_query_that_goes_on_asks_the_model_of_its_token_only()
    {
        SimilarQuery next = SimilarQuery.Parse(Request($"?top=3&continue={TokenOf(Installed[1].Fingerprint)}").Query, Installed);

        Assert.Equal([Installed[1]], next.Models);
        Assert.Equal(new SearchPosition(0.5f, "b/ö.jpg"), next.Continue!.Position);
    }

    [Fact]
    public void A_token_of_another_model_or_version_is_refused_with_what_to_do()
    {
        AssertRefused($"?continue={TokenOf(new Fingerprint("fedcba987654"))}");
        AssertRefused($"?model=vgg16&continue={TokenOf(Installed[1].Fingerprint)}");

        void AssertRefused(string query) => AssertProblem(
            () => SimilarQuery.Parse(Request(query).Query, Installed),
            400,
            "invalid-parameter",
            "ask again from the first page, without continue");
    }

    [Fact]
    public void A_token_that_was_cut_or_changed_is_refused_with_what_to_do()
    {
        string token = TokenOf(Installed[1].Fingerprint);
        string[] wrong =
        [
            .. Enumerable.Range(0, token.Length).Select(length => token[..length]),
            .. Enumerable.Range(0, token.Length).Select(i => token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..]),
            $"{token}A", $"{token}%3D", $"%20{token}", "1", new string('A', 6000), $"{token}&continue={token}",
        ];

        Assert.All(wrong, text => AssertProblem(
            () => SimilarQuery.Parse(Request($"?continue={text}").Query, Installed), 400, "invalid-parameter", "Send it as it was given"));
    }

    private static string TokenOf(Fingerprint fingerprint) =>
        new PageToken(fingerprint.ToString(), new string('5', 32), new SearchPosition(0.5f, "b/ö.jpg")).ToString();

    [Fact]
    public void Duplicates_are_searched_by_the_first_model_that_votes_unless_another_is_named()
    {
        DuplicatesQuery all = DuplicatesQuery.Parse(Request("").Query, Installed);
        DuplicatesQuery some = DuplicatesQuery.Parse(Request("?model=ResNet50&minCosine=0.5&prefix=a%2fB").Query, Installed);
        DuplicatesQuery trained = DuplicatesQuery.Parse(
            Request("").Query, [Installed[0], Installed[1] with { Weights = WeightsOrigin.ImageNet }]);

        Assert.Equal((Installed[0], 0.98f, ""), (all.Model, all.MinCosine, all.Prefix));
        Assert.Equal((Installed[1], 0.5f, "a/B"), (some.Model, some.MinCosine, some.Prefix));
        Assert.Equal("resnet50", trained.Model.Key);
    }

    [Theory]
    [InlineData("?minCosine=0.49", "minCosine is a number from 0.5 to 1")]
    [InlineData("?minCosine=1.01", "minCosine is a number from 0.5 to 1")]
    [InlineData("?minCosine=NaN", "minCosine is a number from 0.5 to 1")]
    [InlineData("?minCosine=0,9", "minCosine is a number from 0.5 to 1")]
    [InlineData("?minCosine=", "minCosine is a number from 0.5 to 1")]
    [InlineData("?prefix=LONG", "prefix takes at most 1024 characters")]
    [InlineData("?model=alexnet", "model is vgg16 or resnet50, or left out for vgg16")]
    public void A_wrong_query_for_duplicates_is_refused_with_what_is_allowed(string query, string detail) => AssertProblem(
        () => DuplicatesQuery.Parse(
            Request(query.Replace("LONG", new string('x', 1025), StringComparison.Ordinal)).Query, Installed),
        400,
        "invalid-parameter",
        detail);

    [Fact]
    public void Models_without_their_top_predict_nothing_and_say_why()
    {
        using var topless = new SmallModels(withTop: false, studied: false, labelled: false);
        InstalledModel[] mixed = [topless.Sessions.Models[0], Installed[1]];

        AssertProblem(() => PredictionsQuery.Parse(Request("").Query, mixed), 409, "no-predictions", "VGG16 was installed without");
        AssertProblem(() => PredictionsQuery.Parse(Request("?model=vgg16").Query, mixed), 409, "no-predictions", "./pipeline models pull");
        Assert.Equal([mixed[1]], PredictionsQuery.Parse(Request("?model=resnet50").Query, mixed).Models);
    }

    [Theory]
    [InlineData("", "vgg16", 1)]
    [InlineData("?block=5&model=resnet50", "resnet50", 5)]
    [InlineData("?layout=grid&block=2", "vgg16", 2)]
    [InlineData("?layout=grid", "vgg16", 1)]
    [InlineData("?layout=sheet", "vgg16", null)]
    [InlineData("?layout=sheet&model=RESNET50", "resnet50", null)]
    public void Feature_maps_are_a_block_in_a_grid_or_all_on_a_sheet(string query, string key, int? block)
    {
        FeatureMapsQuery parsed = FeatureMapsQuery.Parse(Request(query).Query, Installed);

        Assert.Equal((key, block), (parsed.Model.Key, parsed.Block));
    }

    [Theory]
    [InlineData("?block=0", "block is a whole number from 1 to 5")]
    [InlineData("?block=6", "block is a whole number from 1 to 5")]
    [InlineData("?block=x", "block is a whole number from 1 to 5")]
    [InlineData("?block=", "block is a whole number from 1 to 5")]
    [InlineData("?block=1&block=2", "block is a whole number from 1 to 5")]
    [InlineData("?layout=list", "layout is grid for one block, the default, or sheet for all blocks")]
    [InlineData("?layout=sheet&block=1", "layout=sheet shows all blocks and takes no block")]
    [InlineData("?model=alexnet", "model is vgg16 or resnet50, or left out for vgg16")]
    public void A_wrong_query_for_feature_maps_is_told_what_is_allowed(string query, string detail) =>
        AssertProblem(() => FeatureMapsQuery.Parse(Request(query).Query, Installed), 400, "invalid-parameter", detail);

    [Theory]
    [InlineData("", null, false)]
    [InlineData("?format=png", null, true)]
    [InlineData("?format=json", "image/png", false)]
    [InlineData("", "image/png", true)]
    [InlineData("", "image/png;q=0.5, application/json", false)]
    [InlineData("", "application/json;q=0.5, image/png", true)]
    [InlineData("", "text/html, image/webp, */*;q=0.8", false)]
    [InlineData("", "image/png;q=0", false)]
    public void A_pair_is_drawn_where_a_picture_is_asked_for(string query, string? accept, bool isPicture)
    {
        HttpRequest request = Request(query);
        request.Headers.Accept = accept;

        Assert.Equal(isPicture, CompareQuery.Parse(request, models.Sessions, models.Sessions.Models).IsPng);
    }

    [Fact]
    public void Without_layers_a_pair_is_compared_as_search_does_and_with_them_as_the_study_did()
    {
        CompareQuery search = CompareQuery.Parse(Request(""), models.Sessions, models.Sessions.Models);
        CompareQuery study = CompareQuery.Parse(
            Request("?layers=resnet50:predictions"), models.Sessions, models.Sessions.Models);

        Assert.True(search.IsSearch);
        Assert.Equal(["fc2", "avg_pool"], search.Layers.Select(layer => layer.Output));
        Assert.False(study.IsSearch);
        Assert.Equal(["fc2", "predictions"], study.Layers.Select(layer => layer.Output));
    }

    [Theory]
    [InlineData("?format=gif", "format is json, the default, or png")]
    [InlineData("?layers=vgg16:fc9", "layers=vgg16:fc9 is not allowed: 'vgg16:fc9' is not one of vgg16:fc2")]
    [InlineData("?layers=", "'' is not one of")]
    public void A_wrong_query_for_a_pair_is_told_what_is_allowed(string query, string detail) =>
        AssertProblem(() => CompareQuery.Parse(Request(query), models.Sessions, models.Sessions.Models), 400, "invalid-parameter", detail);

    [Fact]
    public void Layers_of_a_model_that_is_not_there_in_float32_are_a_conflict()
    {
        using var small = new SmallModels(withTop: true, studied: false, labelled: false);

        AssertProblem(
            () => CompareQuery.Parse(
                Request("?layers=vgg16:fc2"),
                small.Sessions,
                small.Sessions.Models), 409, "no-float32-model", "VGG16 is not there in float32");
    }

    [Theory]
    [InlineData("?b=x", "a names no image")]
    [InlineData("?a=&b=x", "a names no image")]
    [InlineData("?a=x&a=y", "a names no image")]
    public void A_name_in_the_query_is_one_and_not_empty(string query, string detail) => AssertProblem(
        () => StoredName.FromQuery(Request(query).Query, "a", "GET /api/compare?a=NAME&b=NAME"), 400, "invalid-parameter", detail);

    [Fact]
    public void An_escaped_slash_in_a_path_may_mean_itself_or_a_slash_and_in_a_query_only_itself()
    {
        Assert.Equal(["a%2fb", "a/b"], StoredName.FromPath(Named("a%2fb"), "GET /api/similar/NAME").Spellings);
        Assert.Equal(["a/b"], StoredName.FromPath(Named("a/b"), "GET /api/similar/NAME").Spellings);
        Assert.Equal(["a%2Fb"], StoredName.FromQuery(Request("?a=a%252Fb").Query, "a", "GET /api/compare").Spellings);
    }

    [Theory]
    [InlineData("", "", 10, 1, false)]
    [InlineData("?n=0&seed=7", "", 0, 7, false)]
    [InlineData("?n=50&seed=2147483647&format=html", "", 50, int.MaxValue, true)]
    [InlineData("", "text/html", 10, 1, true)]
    [InlineData("", "text/html,application/xhtml+xml,*/*;q=0.8", 10, 1, true)]
    [InlineData("", "application/json, text/html;q=0.5", 10, 1, false)]
    [InlineData("", "*/*", 10, 1, false)]
    [InlineData("?format=json", "text/html", 10, 1, false)]
    public void A_study_draws_ten_variants_and_answers_with_JSON_unless_asked_otherwise(
        string query,
        string accept,
        int n,
        int seed,
        bool isReport)
    {
        HttpRequest request = Request(query);
        request.Headers.Accept = accept;

        Assert.Equal(new StudyQuery(n, seed, isReport), StudyQuery.Parse(request));
    }

    [Theory]
    [InlineData("?n=51", "n is a whole number from 0 to 50")]
    [InlineData("?n=-1", "n is a whole number from 0 to 50")]
    [InlineData("?n=", "n is a whole number from 0 to 50")]
    [InlineData("?n=1&n=2", "n is a whole number from 0 to 50")]
    [InlineData("?seed=-1", "seed is a whole number from 0 to 2147483647")]
    [InlineData("?seed=2147483648", "seed is a whole number from 0 to 2147483647")]
    [InlineData("?format=pdf", "format is json, the default, or html")]
    public void A_wrong_query_for_a_study_is_told_what_is_allowed(string query, string detail) =>
        AssertProblem(() => StudyQuery.Parse(Request(query)), 400, "invalid-parameter", detail);

    private static HttpRequest Request(string query)
    {
        HttpRequest request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);
        return request;
    }

    private static HttpRequest Named(string name)
    {
        HttpRequest request = Request("");
        request.RouteValues["name"] = name;
        return request;
    }

    private static void AssertProblem(Func<object?> parse, int status, string kind, string detail)
    {
        ProblemHttpResult problem = Assert.Throws<ApiProblemException>(parse).Problem;
        Assert.Equal((status, $"urn:pipeline:problem:{kind}"), (problem.StatusCode, problem.ProblemDetails.Type));
        Assert.Contains(detail, problem.ProblemDetails.Detail, StringComparison.Ordinal);
    }
}
