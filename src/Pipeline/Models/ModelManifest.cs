using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Models;

/// <summary>
/// What lies beside an ONNX file as <c>KEY.manifest.json</c>. It is written after the file, so where there is a manifest the model is whole.
/// </summary>
/// <param name="Key">The model.</param>
/// <param name="Weights">Where its weights come from.</param>
/// <param name="Fingerprint">What its embeddings are made with.</param>
/// <param name="Bytes">Size of the ONNX file.</param>
/// <param name="Sha256">SHA-256 of the ONNX file, 64 hexadecimal digits.</param>
internal sealed record ModelManifest(string Key, WeightsOrigin Weights, string Fingerprint, long Bytes, string Sha256)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
    };

    public static string PathOf(string folder, string key) => Path.Combine(folder, $"{key}.manifest.json");

    /// <exception cref="InvalidDataException">The manifest is malformed.</exception>
    public static ModelManifest? Find(string folder, string key)
    {
        string path = PathOf(folder, key);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(path), Json)
                ?? throw new InvalidDataException($"'{path}' is empty. Build the model anew: ./pipeline models build --seeded --force");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"'{path}' cannot be read ({exception.Message}). Build the model anew: ./pipeline models build --seeded --force", exception);
        }
    }

    public void Write(string folder)
    {
        string path = PathOf(folder, Key);
        File.WriteAllBytes($"{path}.part", JsonSerializer.SerializeToUtf8Bytes(this, Json));
        File.Move($"{path}.part", path, overwrite: true);
    }

    /// <summary>A short hash of the weights, the preprocessing and the output: whatever changes an embedding changes this.</summary>
    public static Fingerprint FingerprintOf(ModelDefinition model, string weightsHash)
    {
        string ingredients = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{model.Graph}|{weightsHash}|{model.InputSize}|{model.ChannelOrder}|{string.Join(',', model.Mean)}|{model.Scale}|{model.Resampling}|{model.EmbeddingOutput}");
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(ingredients));
        return new Fingerprint(Convert.ToHexStringLower(hash)[..Models.Fingerprint.Length]);
    }
}
