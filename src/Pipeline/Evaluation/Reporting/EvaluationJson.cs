using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Evaluation.Reporting;

/// <summary>An evaluation as JSON: all figures and the worst misses, without images and without each query.</summary>
internal static class EvaluationJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,

        // Names of files stay readable: the JSON is written to a file or a terminal, never into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes UTF-8 with names in camelCase; the same result gives the same bytes.</summary>
    public static byte[] Write(EvaluationResult result) => JsonSerializer.SerializeToUtf8Bytes(result, Options);
}
