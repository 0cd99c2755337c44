using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class NameTests(RunningPipeline pipeline)
{
    public static TheoryData<string, string> Names => new()
    {
        { "names/a b+c&d=e?f#g.bmp", Uri.EscapeDataString("names/a b+c&d=e?f#g.bmp") },
        { "names/花瓶-🏺.bmp", "names/" + Uri.EscapeDataString("花瓶-🏺.bmp") },
        { "names/deep/er/still.bmp", "names/deep/er/still.bmp" },
        { "names/deep/escaped.bmp", "names%2Fdeep%2Fescaped.bmp" },
        { "names/100%25.bmp", Uri.EscapeDataString("names/100%25.bmp") },
        { "names/quote'and\"double.bmp", Uri.EscapeDataString("names/quote'and\"double.bmp") },
        { "names/" + new string('n', 1014) + ".bmp", "names/" + new string('n', 1014) + ".bmp" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Any_name_that_storage_takes_can_be_indexed_and_asked_for(string name, string path)
    {
        await pipeline.UploadAndWaitAsync((name, TestImages.Bitmap(name.Length)));

        JsonNode similar = await pipeline.App.GetAsync($"similar/{path}?top=1&includeSelf=true");
        JsonNode predictions = await pipeline.App.GetAsync($"predictions/{path}");
        string escaped = Uri.EscapeDataString(name);
        JsonNode pair = await pipeline.App.GetAsync($"compare?a={escaped}&b={escaped}");

        Assert.Equal(name, similar["query"]!["name"]!.GetValue<string>());
        Assert.Equal(name, predictions["query"]!["name"]!.GetValue<string>());
        Assert.Equal((name, name), (pair["a"]!["name"]!.GetValue<string>(), pair["b"]!["name"]!.GetValue<string>()));
    }
}
