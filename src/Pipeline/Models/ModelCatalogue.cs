using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Models;

/// <summary>The models that the product supports, as data.</summary>
public sealed class ModelCatalogue
{
    private const int MaxKeyLength = 32;

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

    /// <summary>The catalogue and the models that were added to a folder by <c>pipeline models add</c>, by key.</summary>
    /// <param name="folder">The models folder; it may be missing.</param>
    /// <exception cref="InvalidDataException">A manifest in it is damaged; the message says which.</exception>
    internal ModelCatalogue WithAddedIn(string folder) => new(
    [
        .. Models,
        .. ModelManifest.AddedIn(folder).OrderBy(model => model.Key, StringComparer.Ordinal)
            .ExceptBy(Models.Select(model => model.Key), model => model.Key),
    ]);

    /// <summary>What is wrong with an entry: which value, and what is allowed; null if nothing is.</summary>
    internal static string? ErrorOf(ModelDefinition model) =>
        !IsKey(model.Key) ? $"key must be 1 to {MaxKeyLength} lower-case ASCII letters and digits, the first a letter."
        : model.Graph != ModelDefinition.Added && (model.InputSize is < 32 or > 1024 || model.InputSize % 32 != 0)
            ? "inputSize must be a multiple of 32 from 32 to 1024."
        : model.InputSize is < 16 or > 1024 ? "inputSize must be from 16 to 1024."
        : model.Mean.Count != 3 || !model.Mean.All(float.IsFinite) ? "mean must have three values."
        : model.Scale.Count != 3 || !model.Scale.All(scale => float.IsFinite(scale) && scale > 0) ? "scale must have three values above 0."
        : model.ResizeTo < model.InputSize || model.ResizeTo > 4096 ? "resizeTo must be from inputSize to 4096."
        : model.EmbeddingLength is < 1 or > 16_000 || model.NoTop?.EmbeddingLength is < 1 or > 16_000
            ? "embeddingLength must be from 1 to 16,000, the limit of a table row."
        : model.Classes < 0 ? "classes must be 0 or more."
        : null;

    // A key is part of partition keys, blob and file names, settings and addresses.
    internal static bool IsKey(string key) =>
        key.Length is > 0 and <= MaxKeyLength && char.IsAsciiLetterLower(key[0])
        && key.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character));

    private sealed record Content(ModelDefinition[] Models);
}
