using System.Text.Json.Nodes;
using Google.Protobuf.Collections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.Tests.LocalHost;

public class TriggerMetadataTests
{
    [Fact]
    public void Every_query_parameter_and_route_value_goes_by_its_name_and_the_route_wins()
    {
        MapField<string, TypedData> metadata = Of(
            "?top=5&name=query&a=1&a=2&empty=", new RouteValueDictionary { ["name"] = "a/b c", ["left-out"] = null });

        Assert.Equal("5", metadata["top"].String);
        Assert.Equal("a/b c", metadata["name"].String);
        Assert.Equal("1,2", metadata["a"].String);
        Assert.Equal("", metadata["empty"].String);
        Assert.False(metadata.ContainsKey("left-out"));
    }

    [Fact]
    public void Query_and_headers_go_as_a_whole_too()
    {
        MapField<string, TypedData> metadata = Of("?name=ü&a=1&a=2", []);

        Assert.Equal("ü", JsonNode.Parse(metadata["Query"].Json)!["name"]!.GetValue<string>());
        Assert.Equal("1,2", JsonNode.Parse(metadata["Query"].Json)!["a"]!.GetValue<string>());
        Assert.Equal("\"quoted\"", JsonNode.Parse(metadata["Headers"].Json)!["X-Test"]!.GetValue<string>());
    }

    private static MapField<string, TypedData> Of(string query, RouteValueDictionary route)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString(query);
        context.Request.Headers["X-Test"] = "\"quoted\"";
        return TriggerMetadata.Of(context.Request, route);
    }
}
