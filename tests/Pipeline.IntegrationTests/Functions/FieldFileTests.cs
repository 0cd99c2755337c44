using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>Every file of <c>tests/reference/field</c> once through upload and once through HTTP.</summary>
public class FieldFileTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly FieldFile[] All =
    [
        .. new[] { "jpeg-png-webp.json", "tiff-bmp-gif.json" }.SelectMany(
            index => JsonSerializer.Deserialize<FieldFile[]>(
                File.ReadAllBytes(Repository.Path("tests", "reference", "field", index)), Json)!),
    ];

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_uploaded_and_what_is_sent_are_accepted_alike_and_refused_with_the_same_reason()
    {
        await using ThinApp thin = await ThinApp.StartAsync();
        var sent = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (FieldFile file in All)
        {
            byte[] bytes = await File.ReadAllBytesAsync(Repository.Path("tests", "reference", "field", file.File), CancellationToken);
            await thin.Azurite.Images.GetBlobClient($"field/{file.File}").UploadAsync(BinaryData.FromBytes(bytes), CancellationToken);
            using HttpResponseMessage response = await thin.App.PostAsync("similar?top=1", bytes, "application/octet-stream");
            JsonNode body = await FunctionApp.ReadAsync(response, StatusOf(file));
            sent[$"field/{file.File}"] = file.Fault is null ? null : body["detail"]!.GetValue<string>();
        }

        var waiting = new HashSet<string>(sent.Keys, StringComparer.Ordinal);
        var wrong = new List<string>();
        await thin.App.Process.WaitUntilAsync(
            async () =>
            {
                await foreach ((string name, string state, string? reason) in StatesAsync(thin.App))
                {
                    if (state != "pending" && waiting.Remove(name) && (state == "failed" ? reason : null) != sent[name])
                    {
                        wrong.Add($"{name}: {state}, '{reason}' instead of '{sent[name]}'");
                    }
                }

                return waiting.Count == 0;
            },
            "the field's files to be indexed or refused");

        Assert.Empty(wrong);
    }

    private static HttpStatusCode StatusOf(FieldFile file) => file.Fault switch
    {
        null => HttpStatusCode.OK,
        "UnsupportedFormat" => HttpStatusCode.UnsupportedMediaType,
        _ => HttpStatusCode.UnprocessableEntity,
    };

    private static async IAsyncEnumerable<(string Name, string State, string? Reason)> StatesAsync(FunctionApp app)
    {
        string? next = "";
        while (next is not null)
        {
            JsonNode page = await app.GetAsync($"images?prefix=field/&continue={Uri.EscapeDataString(next)}");
            foreach (JsonNode? image in page["images"]!.AsArray())
            {
                JsonNode model = image!["models"]![ThinApp.Model]!;
                yield return (image["name"]!.GetValue<string>(), model["state"]!.GetValue<string>(), model["reason"]?.GetValue<string>());
            }

            next = page["continue"]?.GetValue<string>();
        }
    }

    private sealed record FieldFile(string File, string? Fault);
}
