using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Imaging;

namespace Pipeline.Models;

/// <summary>
/// The manifest of an ONNX file, <c>KEY.manifest.json</c> beside it. It is written after the file, so a model with a manifest is complete.
/// </summary>
/// <param name="Format">The version of file and manifest, <see cref="CurrentFormat"/>.</param>
/// <param name="Key">The model.</param>
/// <param name="Weights">Where its weights come from.</param>
/// <param name="WeightsHash">SHA-256 of the weights as they were read, the same in every precision.</param>
/// <param name="Precision">The number format of its weights.</param>
/// <param name="WithTop">Whether it has its dense layers, and so predicts.</param>
/// <param name="Fingerprint">What its embeddings are made with.</param>
/// <param name="Bytes">Size of the ONNX file.</param>
/// <param name="Sha256">SHA-256 of the ONNX file, 64 hexadecimal digits.</param>
/// <param name="Definition">
/// The entry that it was built from, whose preprocessing is the one that its embeddings are made with; null in manifests of earlier
/// versions, which had the catalogue's.
/// </param>
/// <param name="Figures">How near its embeddings are to those of float32; null where that was not measured.</param>
internal sealed record ModelManifest(
    int Format,
    string Key,
    WeightsOrigin Weights,
    string WeightsHash,
    Precision Precision,
    bool WithTop,
    string Fingerprint,
    long Bytes,
    string Sha256,
    ModelDefinition? Definition = null,
    PrecisionFigures? Figures = null)
{
    /// <summary>The version that this program writes, and the only one that it reads.</summary>
    public const int CurrentFormat = 2;

    /// <summary>The file that search uses: <c>KEY.onnx</c>.</summary>
    public const string Searched = "";

    /// <summary>The file of the study where search does not use float32: <c>KEY-float32.onnx</c>.</summary>
    public const string Studied = "-float32";

    /// <summary>
    /// The folder, in the models folder, that keeps the version which was replaced last: it responds to queries until the new one has
    /// embedded all images.
    /// </summary>
    public const string PreviousFolder = "previous";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new OriginConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string PathOf(string folder, string key, string use = Searched) => Path.Combine(folder, $"{key}{use}.manifest.json");

    public static string ModelPathOf(string folder, string key, string use = Searched) => Path.Combine(folder, $"{key}{use}.onnx");

    /// <exception cref="InvalidDataException">The manifest is malformed, or of another version.</exception>
    public static ModelManifest? Find(string folder, string key, string use = Searched)
    {
        string path = PathOf(folder, key, use);
        return File.Exists(path) ? Read(File.ReadAllBytes(path), path) : null;
    }

    /// <param name="json">UTF-8.</param>
    /// <param name="path">Its name in messages.</param>
    /// <exception cref="InvalidDataException">The manifest is malformed, or of another version.</exception>
    public static ModelManifest Read(byte[] json, string path)
    {
        try
        {
            ModelManifest manifest = JsonSerializer.Deserialize<ModelManifest>(json, Json)
                ?? throw new InvalidDataException($"'{path}' is empty. {InstalledModel.RebuildAdvice}");
            return manifest.Format != CurrentFormat
                    ? throw new InvalidDataException(
                        $"'{path}' has the format {manifest.Format}; this version of the program reads the format {CurrentFormat}. " +
                        $"{InstalledModel.RebuildAdvice}")
                : manifest.Definition is { } definition && ModelCatalogue.ErrorOf(definition) is { } error
                    ? throw new InvalidDataException($"'{path}': {error} {InstalledModel.RebuildAdvice}")
                : manifest;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{path}' cannot be read ({exception.Message}). {InstalledModel.RebuildAdvice}", exception);
        }
    }

    /// <summary>The entries of the models that were added to a folder.</summary>
    /// <exception cref="InvalidDataException">A manifest is damaged; the message says which.</exception>
    public static IEnumerable<ModelDefinition> AddedIn(string folder) =>
        !Directory.Exists(folder)
            ? []
            : Directory.EnumerateFiles(folder, "*.manifest.json")
                .Where(path => !Path.GetFileName(path).Contains(Studied, StringComparison.Ordinal))
                .Select(path => Read(File.ReadAllBytes(path), path).Definition)
                .OfType<ModelDefinition>()
                .Where(definition => definition.Graph == ModelDefinition.Added);

    public static void Delete(string folder, string key, string use)
    {
        File.Delete(PathOf(folder, key, use));
        File.Delete(ModelPathOf(folder, key, use));
    }

    public void Write(string folder, string use = Searched)
    {
        string path = PathOf(folder, Key, use);
        string part = $"{path}.part";
        try
        {
            File.WriteAllBytes(part, JsonSerializer.SerializeToUtf8Bytes(this, Json));
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>The model that this describes.</summary>
    /// <param name="definition">The catalogue's entry, for a manifest that has none.</param>
    /// <param name="path">The ONNX file.</param>
    public InstalledModel Install(ModelDefinition definition, string path) => new(
        WithTop ? Definition ?? definition : (Definition ?? definition).WithoutTop(),
        new Fingerprint(Fingerprint),
        Weights,
        Precision,
        WithTop,
        path)
    {
        Figures = Figures,
    };

    /// <summary>
    /// A short hash of the weights, their precision, the preprocessing and the output: whatever changes an embedding changes this.
    /// </summary>
    public static Fingerprint FingerprintOf(ModelDefinition model, string weightsHash, Precision precision)
    {
        string ingredients = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{model.Graph}|{weightsHash}|{precision}|{model.InputSize}|{model.ChannelOrder}|{string.Join(',', model.Mean)}|" +
            $"{Joined(model.Scale)}|{model.Resampling}|{model.EmbeddingOutput}{Further(model)}");
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(ingredients));
        return new Fingerprint(Convert.ToHexStringLower(hash)[..Models.Fingerprint.Length]);
    }

    // The fingerprints of models that have none of these, and one factor for all channels, are those of the versions before.
    private static string Joined(IReadOnlyList<float> scale) => string.Join(',', scale.Distinct().Count() == 1 ? scale.Take(1) : scale);

    private static string Further(ModelDefinition model) =>
        model is { Fit: Fit.Stretch, Layout: InputLayout.Nchw, Pooling: Pooling.None }
            ? ""
            : $"|{model.Fit}|{model.ResizeTo}|{model.Layout}|{model.Pooling}";

    /// <summary>Also reads <c>imageNet</c>, which earlier versions wrote.</summary>
    private sealed class OriginConverter : JsonConverter<WeightsOrigin>
    {
        public override WeightsOrigin Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            foreach (WeightsOrigin origin in Enum.GetValues<WeightsOrigin>())
            {
                if (origin.ToJsonName().Equals(text, StringComparison.OrdinalIgnoreCase))
                {
                    return origin;
                }
            }

            throw new JsonException(
                $"'weights' is not one of {string.Join(", ", Enum.GetValues<WeightsOrigin>().Select(JsonName.ToJsonName))}.");
        }

        public override void Write(Utf8JsonWriter writer, WeightsOrigin value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToJsonName());
    }
}
