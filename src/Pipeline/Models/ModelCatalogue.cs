using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Models;

/// <summary>The models that the product supports, as data.</summary>
public sealed class ModelCatalogue
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    private ModelCatalogue(IReadOnlyList<ModelDefinition> models) => Models = models;

    /// <summary>The entries, in the order of every list.</summary>
    internal IReadOnlyList<ModelDefinition> Models { get; }

    /// <summary>The catalogue that is embedded in this assembly from <c>models/models.json</c>.</summary>
    public static ModelCatalogue Default()
    {
        using Stream json = typeof(ModelCatalogue).Assembly.GetManifestResourceStream("models.json")!;
        return Read(json);
    }

    /// <summary>Reads a catalogue.</summary>
    /// <param name="json">The text of a <c>models.json</c>, UTF-8.</param>
    /// <exception cref="InvalidDataException">It is malformed, or an entry is invalid; the message says which and why.</exception>
    public static ModelCatalogue Read(Stream json)
    {
        ModelDefinition[] models;
        try
        {
            models = JsonSerializer.Deserialize<Content>(json, Json)?.Models ?? throw new InvalidDataException("models.json is empty.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"models.json cannot be read: {exception.Message}", exception);
        }

        foreach (ModelDefinition model in models)
        {
            if (ErrorOf(model) is { } error)
            {
                throw new InvalidDataException($"models.json, model '{model.Key}': {error}");
            }
        }

        return models.Select(model => model.Key).Distinct(StringComparer.Ordinal).Count() == models.Length
            ? new ModelCatalogue(models)
            : throw new InvalidDataException("models.json: two models share a key.");
    }

    private static string? ErrorOf(ModelDefinition model) =>
        model.Key.Length is 0 or > 32 || !model.Key.All(char.IsAsciiLetterOrDigit) ? "key must be 1 to 32 ASCII letters and digits."
        : model.InputSize is < 32 or > 1024 || model.InputSize % 32 != 0 ? "inputSize must be a multiple of 32 from 32 to 1024."
        : model.Mean.Count != 3 ? "mean must have three values."
        : model.Scale <= 0 ? "scale must be above 0."
        : model.EmbeddingLength is < 1 or > 16_000 || model.NoTop.EmbeddingLength is < 1 or > 16_000
            ? "embeddingLength must be from 1 to 16,000, the limit of a table row."
        : model.Classes < 1 ? "classes must be at least 1."
        : model.Blocks.Count == 0 ? "blocks must name at least one output."
        : null;

    private sealed record Content(ModelDefinition[] Models);
}
