using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Http;

namespace Pipeline.Tests.LocalHost;

public class FunctionRoutesTests
{
    private static readonly FunctionDefinition[] Functions =
    [
        Http("All", null),
        Http("Catch", "similar/{*name}", "get"),
        Http("Post", "similar", "post"),
        Http("Literal", "images/latest", "get"),
        Http("One", "images/{name}", "get"),
        Http("Delete", "images/{*name}", "delete"),
        Http("Number", "numbers/{id:int}/{part?}", "get"),
        new("t", "Timer", new TimerTrigger("timer", "0 * * * * *", false)),
    ];

    [Theory]
    [InlineData("GET", "/api/All", "All")]
    [InlineData("PATCH", "/api/all", "All")]
    [InlineData("POST", "/api/similar", "Post")]
    [InlineData("GET", "/api/similar", "Catch")]
    [InlineData("GET", "/api/similar/", "Catch")]
    [InlineData("GET", "/api/similar/a/b", "Catch", "name", "a/b")]
    [InlineData("GET", "/api/similar/a//b/", "Catch", "name", "a//b/")]
    [InlineData("GET", "/API/Similar/x", "Catch", "name", "x")]
    [InlineData("GET", "/api/images/latest", "Literal")]
    [InlineData("GET", "/api/images/other", "One", "name", "other")]
    [InlineData("DELETE", "/api/images/latest", "Delete", "name", "latest")]
    [InlineData("GET", "/api/numbers/7", "Number", "id", "7")]
    [InlineData("GET", "/api/numbers/7/half", "Number", "part", "half")]
    public async Task A_request_finds_its_function(
        string method, string path, string function, string? parameter = null, string? value = null)
    {
        RouteMatch match = Assert.IsType<RouteMatch>(await MatchAsync("api", method, path));

        Assert.Equal(function, match.Function.Name);
        Assert.Equal(value, parameter is null ? null : match.Values[parameter]?.ToString());
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/similar/x")]
    [InlineData("GET", "/api/Timer")]
    [InlineData("PUT", "/api/similar/x")]
    [InlineData("HEAD", "/api/similar/x")]
    [InlineData("OPTIONS", "/api/images/latest")]
    [InlineData("GET", "/api/similar//x")]
    [InlineData("GET", "/api//similar/x")]
    [InlineData("GET", "/api/numbers/seven")]
    [InlineData("GET", "/api/images/a/b")]
    public async Task A_path_of_no_function_matches_nothing(string method, string path) =>
        Assert.Null(await MatchAsync("api", method, path));

    [Theory]
    [InlineData("", "/similar/x")]
    [InlineData("v1/app", "/v1/app/similar/x")]
    [InlineData("/api/", "/api/similar/x")]
    public async Task The_prefix_is_that_of_host_json(string prefix, string path) =>
        Assert.Equal("Catch", (await MatchAsync(prefix, "GET", path))?.Function.Name);

    [Fact]
    public void A_malformed_route_is_named() => Assert.Contains(
        "The route 'api/a/{*b}/c' of the function 'Bad' cannot be understood: ",
        Assert.Throws<HostFailure>(() => new FunctionRoutes([Http("Bad", "a/{*b}/c")], "api")).Message,
        StringComparison.Ordinal);

    private static async Task<RouteMatch?> MatchAsync(string prefix, string method, string path)
    {
        await using ServiceProvider services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        (context.Request.Method, context.Request.Path) = (method, path);
        return await new FunctionRoutes(Functions, prefix).MatchAsync(context);
    }

    private static FunctionDefinition Http(string name, string? route, params string[] methods) =>
        new(name, name, new HttpTrigger("request", route, methods));
}
